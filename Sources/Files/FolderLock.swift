#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder held against other processes, for as long as this lives.
///
/// Some file systems of clusters know no locks: then nobody is kept out, and nothing else is lost (renames are atomic).
public final class FolderLock: Sendable {
  private let lock: Int32

  /// Holds a folder by its file `.lock`; nil where another process holds it.
  /// - Throws: `FileError`.
  public init?(_ path: String) throws(FileError) {
    lock = open(path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else { throw FileError(path: path, action: "write") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { return nil }
  }

  deinit { if lock >= 0 { close(lock) } }

  /// Removes a folder that holds nothing but the lock; one that holds more stays.
  public static func discard(_ folder: String) {
    guard (try? Folder.names(in: folder)) == [".lock"] else { return }
    unlink(folder + "/.lock")
    rmdir(folder)
  }

  /// Removes what killed processes left half-written in a folder.
  /// - Throws: `FileError`.
  public static func clear(_ folder: String) throws(FileError) {
    for name in try Folder.names(in: folder) where name.hasPrefix(".") && name.hasSuffix(".tmp") {
      unlink(folder + "/" + name)
    }
  }
}
