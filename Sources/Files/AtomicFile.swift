#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files that are there whole or not at all: written beside their place under a temporary name, flushed, then renamed.
public enum AtomicFile {
  /// The name under which the file for `path` grows; hidden, and told apart by process.
  public static func temporaryPath(for path: String) -> String {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { String(path[...$0]) } ?? ""
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    return "\(folder).\(name).\(getpid()).tmp"
  }

  /// Runs `fill` with a temporary path, then flushes what it wrote and renames it to `path`.
  ///
  /// If `fill` throws, the temporary file is removed and `path` is as it was.
  public static func write<Result>(
    to path: String, flush: Bool = true, fill: (_ temporaryPath: String) throws -> Result
  ) throws -> Result {
    let temporary = temporaryPath(for: path)
    do {
      let result = try fill(temporary)
      if flush { try OpenFile(reading: temporary).synchronize() }
      guard rename(temporary, path) == 0 else { throw FileError(path: path, action: "write") }
      return result
    } catch let error as FileError where error.path == temporary {
      unlink(temporary)
      throw FileError(path: path, action: error.action, code: error.code)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Puts `bytes` at `path`.
  public static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws {
    try write(to: path) { temporary in try OpenFile(writing: temporary, truncate: true).write(bytes, at: 0) }
  }

  /// Puts `text` at `path` as UTF-8.
  public static func write(_ text: String, to path: String) throws {
    try Array(text.utf8).withUnsafeBytes { try write($0, to: path) }
  }
}
