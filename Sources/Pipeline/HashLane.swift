import Files
import Parallelism

/// Hashes a file piece by piece beside other work.
final class HashLane: Lane, @unchecked Sendable {
  private let file: OpenFile
  private let length: Int
  private let hash = SHA256()
  private var done = 0
  private var isBusy = false
  private let buffer: UnsafeMutableRawBufferPointer

  /// Bytes per step: half a millisecond's work.
  private static let pieceBytes = 1 << 20

  init(path: String) throws {
    file = try OpenFile(reading: path)
    length = try file.length()
    buffer = .allocate(byteCount: Self.pieceBytes, alignment: 64)
  }

  deinit { buffer.deallocate() }

  /// The file's bytes and SHA-256, once the lane has finished.
  func finish() -> (bytes: Int, sha256: String) { (length, hash.finish()) }

  func next() -> LaneState {
    guard done < length else { return .finished }
    guard !isBusy else { return .waiting }
    isBusy = true
    return .step(
      work: { [self] in
        let want = min(Self.pieceBytes, length - done)
        let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<want]), at: done)
        guard got == want else { throw FileError(path: file.path, action: "read to its end", code: 5) }
        hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
      },
      finish: { [self] in
        isBusy = false
        done = min(length, done + Self.pieceBytes)
      })
  }
}
