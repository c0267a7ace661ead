#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file's bytes as memory: only what is looked at is read, by any number of threads, and nothing is copied.
///
/// The file must not shrink meanwhile. One that is renamed over or removed stays as it was.
public final class FileMapping: @unchecked Sendable {
  /// All of the file.
  public let bytes: UnsafeRawBufferPointer

  /// Maps a whole file.
  /// - Throws: `FileError`.
  public init(path: String) throws(FileError) {
    let file = try OpenFile(reading: path)
    let length = try file.length()
    guard length > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let memory = mmap(nil, length, PROT_READ, MAP_SHARED, file.descriptor, 0)
    guard let memory, memory != MAP_FAILED else { throw FileError(path: path, action: "map") }
    bytes = UnsafeRawBufferPointer(start: memory, count: length)
  }

  deinit {
    if let base = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: base), bytes.count) }
  }
}
