#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open file that closes itself; positions are always given, so that threads can share it.
public struct OpenFile: ~Copyable, Sendable {
  /// The path it was opened by, for messages.
  public let path: String
  /// The system's file descriptor; closed by `deinit`.
  public let descriptor: Int32

  /// Opens an existing file to read it.
  /// - Throws: `FileError`; a folder is refused with `EISDIR`.
  public init(reading path: String) throws(FileError) {
    self.path = path
    // Not to wait for a pipe that nobody writes to; it has no positions, so reading it is refused.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileError(path: path, action: "open") }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, action: "inspect") }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw FileError(path: path, action: "read", code: EISDIR) }
  }

  /// Opens a file to write it, new or as it is.
  public init(writing path: String, truncate: Bool) throws(FileError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | (truncate ? O_TRUNC : 0), 0o644)
    guard descriptor >= 0 else { throw FileError(path: path, action: "write") }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The file's length in bytes.
  public func length() throws(FileError) -> Int {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileError(path: path, action: "inspect") }
    return Int(status.st_size)
  }

  /// Reads at `offset` until `bytes` is full or the file ends; returns how many bytes were read.
  public func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileError) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    var done = 0
    while done < bytes.count {
      let got = pread(descriptor, base + done, bytes.count - done, off_t(offset + done))
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw FileError(path: path, action: "read") }
      if got == 0 { break }
      done += got
    }
    return done
  }

  /// All of the file's bytes.
  /// - Throws: `FileError`.
  public func contents() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: try length())
    let got = try bytes.withUnsafeMutableBytes { try read(into: $0, at: 0) }
    bytes.removeSubrange(got...)
    return bytes
  }

  /// Some of the file's bytes; nil where it ends before.
  /// - Throws: `FileError`.
  public func bytes(_ range: Range<Int>) throws -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: range.count)
    let got = try bytes.withUnsafeMutableBytes { try read(into: $0, at: range.lowerBound) }
    return got == range.count ? bytes : nil
  }

  /// Writes all of `bytes` at `offset`.
  public func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileError) {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let put = pwrite(descriptor, base + done, bytes.count - done, off_t(offset + done))
      if put < 0 && errno == EINTR { continue }
      guard put > 0 else { throw FileError(path: path, action: "write") }
      done += put
    }
  }

  /// Waits until what was written is on the disk.
  public func synchronize() throws(FileError) {
    guard fsync(descriptor) == 0 else { throw FileError(path: path, action: "flush") }
  }
}
