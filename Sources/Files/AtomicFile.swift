#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Files that are there whole or not at all: written beside their place under a temporary name, flushed, then renamed;
/// then the folder is flushed, so that the new name outlives a power cut too.
public enum AtomicFile {
  /// The name under which the file for `path` grows; hidden, and told apart by process.
  public static func temporaryPath(for path: String) -> String {
    let folder = folder(of: path)
    return "\(folder).\(path.dropFirst(folder.count)).\(getpid()).tmp"
  }

  /// With the slash at its end; empty for a bare name.
  private static func folder(of path: String) -> Substring {
    path.lastIndex(of: "/").map { path[...$0] } ?? ""
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
      if flush { try Folder.synchronize(String(folder(of: path))) }
      return result
    } catch let error as FileError where error.path == temporary {
      unlink(temporary)
      throw FileError(path: path, action: error.action, code: error.code)
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Removes what lies under the temporary name for `path`; nothing there is no error.
  public static func discard(_ path: String) { unlink(temporaryPath(for: path)) }

  /// Puts `bytes` at `path`.
  public static func write(_ bytes: UnsafeRawBufferPointer, to path: String, flush: Bool = true) throws {
    try write(to: path, flush: flush) { temporary in
      try OpenFile(writing: temporary, truncate: true).write(bytes, at: 0)
    }
  }

  /// Puts `text` at `path` as UTF-8.
  public static func write(_ text: String, to path: String, flush: Bool = true) throws {
    try Array(text.utf8).withUnsafeBytes { try write($0, to: path, flush: flush) }
  }
}
