import Files

/// The bytes of a file in order, unpacked if they are gzip, whatever the file is called.
protocol ByteStream: AnyObject {
  /// Fills `bytes`, or as much of it as there is; returns how many bytes were put there.
  func read(into bytes: UnsafeMutableRawBufferPointer) throws -> Int

  /// Reads what is left, to check that it is intact; refuses more than `limit` bytes.
  func finish(limit: Int) throws
}

extension ByteStream {
  /// Drops the next `count` bytes; returns how many there were.
  func skip(_ count: Int) throws -> Int {
    var buffer = [UInt8](repeating: 0, count: min(count, 1 << 16))
    var done = 0
    while done < count {
      let want = min(buffer.count, count - done)
      let got = try buffer.withUnsafeMutableBytes { try read(into: .init(rebasing: $0[..<want])) }
      if got == 0 { break }
      done += got
    }
    return done
  }
}

/// Opens `path` and looks at its first two bytes: gzip's magic decides, not the name.
func openByteStream(_ path: String) throws -> any ByteStream {
  let file = try OpenFile(reading: path)
  var magic: (UInt8, UInt8) = (0, 0)
  let got = try withUnsafeMutableBytes(of: &magic) { bytes in try file.read(into: bytes, at: 0) }
  guard got > 0 else { throw NIfTIError.empty(path: path) }
  return magic == (0x1f, 0x8b) ? try GzipStream(file) : PlainStream(file)
}

/// A file's bytes as they are.
private final class PlainStream: ByteStream {
  private let file: OpenFile
  private var offset = 0

  init(_ file: consuming OpenFile) { self.file = file }

  func read(into bytes: UnsafeMutableRawBufferPointer) throws -> Int {
    let got = try file.read(into: bytes, at: offset)
    offset += got
    return got
  }

  func finish(limit: Int) {}
}
