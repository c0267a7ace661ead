import Files
import NIfTI
import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What libFuzzer calls with each input: its first byte says in which wrapping the rest is read (see `Wrapping`).
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  guard let choice = input.first else { return 0 }
  let wrapping = Wrapping.allCases[Int(choice) % Wrapping.allCases.count]
  Harness.shared.read(Array(input.dropFirst()), in: wrapping)
  return 0
}

/// The ways in which bytes become a file. Mutation cannot keep up a checksum, so plain bytes are packed here too.
private enum Wrapping: CaseIterable {
  /// As they are: a .nii, or gzip as the corpus has it.
  case plain
  /// As the content of one gzip member.
  case member
  /// As the content of three gzip members; the first two bytes say where they are cut.
  case members
  /// As a header and its voxels in two files; the first byte says which version's header it is (its second bit), and
  /// whether the second file is gzip (its first bit).
  case pair
}

/// Reads inputs through files in memory, and holds what comes of them against what must hold for any bytes.
private final class Harness {
  nonisolated(unsafe) static let shared = Harness()

  private let folder: String

  private init() {
    var pattern = Array("/tmp/segprep-fuzz-XXXXXX".utf8CString)
    if access("/dev/shm", W_OK) == 0 { pattern = Array("/dev/shm/segprep-fuzz-XXXXXX".utf8CString) }
    guard let made = mkdtemp(&pattern) else { fatalError("no folder for inputs") }
    folder = String(cString: made)
    atexit { Harness.shared.removeFolder() }
  }

  private func removeFolder() {
    for name in ["a.nii", "a.hdr", "a.img"] { unlink(folder + "/" + name) }
    rmdir(folder)
  }

  func read(_ bytes: [UInt8], in wrapping: Wrapping) {
    switch wrapping {
    case .plain: _ = outcome("a.nii", bytes)
    case .member: check(bytes, packed: Gzip.member(bytes[...]))
    case .members:
      let content = bytes.dropFirst(2)
      let cuts = bytes.prefix(2).map { content.startIndex + content.count * Int($0) / 256 }.sorted()
      guard cuts.count == 2 else { return }
      let pieces = [content[..<cuts[0]], content[cuts[0]..<cuts[1]], content[cuts[1]...]]
      check(Array(content), packed: pieces.flatMap(Gzip.member))
    case .pair:
      guard let options = bytes.first else { return }
      let content = bytes.dropFirst()
      let header = content.prefix(options & 2 == 0 ? 348 : 540)
      let voxels = content.dropFirst(header.count)
      put(options & 1 == 1 ? Gzip.member(voxels) : Array(voxels), "a.img")
      _ = outcome("a.hdr", Array(header))
    }
  }

  /// Bytes and the same in gzip must give the same voxels, or none.
  private func check(_ bytes: [UInt8], packed: [UInt8]) {
    let unpacked = outcome("a.nii", packed)
    if bytes.starts(with: Gzip.magic) { return }
    guard unpacked == outcome("a.nii", bytes) else { fatalError("read otherwise from gzip: \(unpacked)") }
  }

  private enum Outcome: Equatable {
    case refused
    case voxels([UInt8])
  }

  private func outcome(_ name: String, _ bytes: [UInt8]) -> Outcome {
    put(bytes, name)
    let path = folder + "/" + name
    do {
      let header = try NIfTIHeader(path: path)
      let affine = header.orientation.canonical(header.affine, extents: header.extents)
      guard affine.isInvertible else { fatalError("an affine that places nothing: \(header.affine)") }
      let voxels = try voxels(of: NIfTIReader(allDimensionsOf: header))
      guard voxels.count == header.dataBytes else { fatalError("\(voxels.count) bytes of \(header.dataBytes)") }
      if header.extents.count == 3 {
        guard try self.voxels(of: NIfTIReader(path: path)) == voxels else { fatalError("other voxels in 3-D") }
      }
      return .voxels(voxels)
    } catch {
      let text = "\(error)"
      guard text.hasPrefix(folder), !text.contains("\n") else { fatalError("not one line about the file: \(text)") }
      return .refused
    }
  }

  private func voxels(of reader: NIfTIReader) throws -> [UInt8] {
    var all: [UInt8] = []
    var plane = [UInt8](repeating: 0, count: reader.layout.planeBytes)
    for _ in 0..<reader.layout.planes {
      try plane.withUnsafeMutableBytes { try reader.readPlane(into: $0) }
      all += plane
    }
    return all
  }

  private func put(_ bytes: [UInt8], _ name: String) {
    do {
      let file = try OpenFile(writing: folder + "/" + name, truncate: true)
      try bytes.withUnsafeBytes { try file.write($0, at: 0) }
    } catch { fatalError("\(error)") }
  }
}

/// gzip members of stored blocks (RFC 1952).
private enum Gzip {
  static let magic: [UInt8] = [0x1F, 0x8B]

  static func member(_ content: ArraySlice<UInt8>) -> [UInt8] {
    // libFuzzer's inputs are far below what one stored block holds.
    let size = UInt16(content.count)
    return magic + [8, 0, 0, 0, 0, 0, 0, 0xFF, 1] + little(size) + little(~size) + content
      + little(crc32(content)) + little(UInt32(size))
  }

  private static func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { crc, byte in table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8 }
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }

  private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
