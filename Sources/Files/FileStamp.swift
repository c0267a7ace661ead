#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file's size and time of last change: enough to see that it is very likely the one that was read before.
public struct FileStamp: Sendable, Codable, Equatable {
  /// The file's length.
  public var bytes: Int
  /// Nanoseconds since 1970.
  public var modifiedNs: Int

  /// The stamp of an open file.
  /// - Throws: `FileError`.
  public init(of file: borrowing OpenFile) throws(FileError) {
    var status = stat()
    guard fstat(file.descriptor, &status) == 0 else { throw FileError(path: file.path, action: "inspect") }
    bytes = Int(status.st_size)
    #if os(Linux)
      let modified = status.st_mtim
    #else
      let modified = status.st_mtimespec
    #endif
    // Times beyond 1677 and 2262 do not fit; wrapped around they still differ from others.
    modifiedNs = modified.tv_sec &* 1_000_000_000 &+ modified.tv_nsec
  }
}
