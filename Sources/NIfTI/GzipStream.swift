import CISAL
import Files

/// Unpacks gzip piece by piece through ISA-L, checking every member's CRC-32 and length.
///
/// libdeflate, which needs the whole output at once, took 0.18 s for a full CT where this takes 0.15 s: the pieces stay
/// in cache, no 113 MB have to be mapped, and other threads work on the first planes while the last are unpacked.
final class GzipStream: ByteStream {
  private let file: OpenFile
  private let state = UnsafeMutablePointer<inflate_state>.allocate(capacity: 1)
  private let input: UnsafeMutableRawBufferPointer
  private var fileOffset = 0
  private var isBetweenMembers = false
  private var isAtEnd = false
  private var produced = 0

  private static let inputBytes = 1 << 18

  init(_ file: consuming OpenFile) throws {
    self.file = file
    input = .allocate(byteCount: Self.inputBytes, alignment: 64)
    isal_inflate_init(state)
    startMember()
  }

  deinit {
    input.deallocate()
    state.deallocate()
  }

  private func startMember() {
    isal_inflate_reset(state)
    state.pointee.crc_flag = UInt32(ISAL_GZIP)
  }

  func read(into bytes: UnsafeMutableRawBufferPointer) throws -> Int {
    var filled = 0
    while filled < bytes.count && !isAtEnd {
      if try state.pointee.avail_in == 0 && !refill() {
        // Input has run out: bytes that ISA-L still holds may come, then the stream is short.
        if isBetweenMembers { isAtEnd = true; break }
        let got = try step(bytes, from: filled)
        if got == 0 { throw NIfTIError.truncatedGzip(path: file.path, found: produced, expected: -1) }
        filled += got
        continue
      }
      if isBetweenMembers {
        guard try beginNextMember() else { break }
      }
      filled += try step(bytes, from: filled)
    }
    return filled
  }

  func finish(limit: Int) throws {
    guard try skip(limit + 1) <= limit else {
      throw NIfTIError.tooLong(path: file.path, expected: produced - limit - 1)
    }
  }

  private func step(_ bytes: UnsafeMutableRawBufferPointer, from filled: Int) throws -> Int {
    let room = UInt32(min(bytes.count - filled, Int(Int32.max)))
    guard let base = bytes.baseAddress else { return 0 }
    state.pointee.next_out = (base + filled).assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_out = room
    let code = isal_inflate(state)
    let got = Int(room - state.pointee.avail_out)
    produced += got
    guard code >= 0 else { throw corrupt(Self.meaning(of: code)) }
    if state.pointee.block_state == ISAL_BLOCK_FINISH { isBetweenMembers = true }
    return got
  }

  private func refill() throws -> Bool {
    let got = try file.read(into: input, at: fileOffset)
    fileOffset += got
    state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    state.pointee.avail_in = UInt32(got)
    return got > 0
  }

  /// After a member: zeros are padding and are skipped, another member goes on, anything else is damage.
  private func beginNextMember() throws -> Bool {
    while true {
      guard let next = state.pointee.next_in, state.pointee.avail_in > 0 else {
        if try refill() { continue }
        isAtEnd = true
        return false
      }
      if next.pointee == 0 {
        state.pointee.next_in = next + 1
        state.pointee.avail_in -= 1
        continue
      }
      guard next.pointee == 0x1f else { throw corrupt("bytes that are not gzip follow the stream") }
      let (left, count) = (state.pointee.next_in, state.pointee.avail_in)
      startMember()
      (state.pointee.next_in, state.pointee.avail_in) = (left, count)
      isBetweenMembers = false
      return true
    }
  }

  private func corrupt(_ detail: String) -> NIfTIError {
    .corruptGzip(path: file.path, at: produced, detail: detail)
  }

  private static func meaning(of code: Int32) -> String {
    switch code {
    case ISAL_INCORRECT_CHECKSUM: "the checksum does not match"
    case ISAL_INVALID_BLOCK: "an invalid block"
    case ISAL_INVALID_SYMBOL: "an invalid symbol"
    case ISAL_INVALID_LOOKBACK: "a reference to before the start"
    case ISAL_INVALID_WRAPPER: "an invalid gzip header"
    case ISAL_UNSUPPORTED_METHOD: "an unknown compression method"
    default: "ISA-L error \(code)"
    }
  }
}
