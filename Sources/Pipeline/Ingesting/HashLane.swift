import Files
import Parallelism

/// A file as it was when it was hashed.
struct HashedFile: Sendable, Codable, Equatable {
  var stamp: FileStamp
  var sha256: String
}

/// Hashes a file piece by piece beside other work.
final class HashLane: Lane, @unchecked Sendable {
  private let file: OpenFile
  private let stamp: FileStamp
  private let hash = SHA256()
  private var done = 0
  private var isBusy = false
  private let buffer: UnsafeMutableRawBufferPointer

  /// Bytes per step: half a millisecond's work.
  private static let pieceBytes = 1 << 20

  init(path: String) throws {
    file = try OpenFile(reading: path)
    stamp = try FileStamp(of: file)
    buffer = .allocate(byteCount: Self.pieceBytes, alignment: 64)
  }

  deinit { buffer.deallocate() }

  /// The file's stamp and SHA-256, once the lane has finished and nobody reads the file any more.
  /// - Throws: `Changed` where another file lies there now: what was read of it may be part of the one, part of the other.
  func finish() throws -> HashedFile {
    let now = try FileStamp(of: OpenFile(reading: file.path))
    guard now == stamp else { throw Changed(path: file.path, before: stamp, now: now) }
    return HashedFile(stamp: stamp, sha256: hash.finish())
  }

  /// A file that was written to while it was read.
  struct Changed: Error, CustomStringConvertible {
    var path: String
    var before: FileStamp
    var now: FileStamp

    var description: String {
      let found = before.bytes == now.bytes ? "a later time of change" : "\(now.bytes) bytes"
      return "\(path): changed while it was read, found \(found), expected the file as it was with its \(before.bytes) "
        + "bytes; run again once it is complete"
    }
  }

  /// Hashes a whole file on this thread.
  static func hash(_ path: String) throws -> HashedFile {
    let lane = try HashLane(path: path)
    while case .step(let work, let finish) = lane.next() {
      try work()
      finish()
    }
    return try lane.finish()
  }

  func next() -> LaneState {
    guard done < stamp.bytes else { return .finished }
    guard !isBusy else { return .waiting }
    isBusy = true
    return .step(
      work: { [self] in
        let want = min(Self.pieceBytes, stamp.bytes - done)
        let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<want]), at: done)
        guard got == want else { throw FileError(path: file.path, action: "read to its end", code: 5) }
        hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
      },
      finish: { [self] in
        isBusy = false
        done = min(stamp.bytes, done + Self.pieceBytes)
      })
  }
}
