import Files
import Prepared

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The folder a run writes to: made, held against other runs, cleared of what killed runs left behind.
final class OutputFolder: Sendable {
  let path: String
  private let lock: Int32

  /// - Parameter subfolders: those that files are written to, below the folder.
  /// - Throws: `IngestError.outputNotWritable` or `.outputHeld`.
  init(path: String, subfolders: [String] = ["cases"]) throws {
    self.path = path
    do {
      for name in subfolders { try Folder.make(path + "/" + name) }
    } catch {
      throw IngestError.outputNotWritable(path: path, detail: String(cString: strerror(error.code)))
    }
    lock = open(path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard lock >= 0 else { throw IngestError.outputNotWritable(path: path, detail: String(cString: strerror(errno))) }
    // Some file systems of clusters know no locks: then the warning is lost, and nothing else (renames are atomic).
    if flock(lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK {
      close(lock)
      throw IngestError.outputHeld(path: path)
    }
    for folder in [path] + subfolders.map({ path + "/" + $0 }) {
      for name in try Folder.names(in: folder) where name.hasPrefix(".") && name.hasSuffix(".tmp") {
        unlink(folder + "/" + name)
      }
    }
  }

  deinit { close(lock) }

  /// Removes a file of an earlier run that nothing names any more; one that is not there is no error.
  func remove(_ file: String) { unlink(path + "/" + file) }

  /// The manifest of an earlier run into a folder with the same plan; nil where there was none.
  /// - Throws: `IngestError.outputOfAnotherPipeline`.
  static func earlierManifest(in path: String, ingestDigest: String) throws -> Manifest? {
    guard let manifest = try Manifest.read(folder: path) else { return nil }
    guard manifest.ingestDigest == ingestDigest else {
      throw IngestError.outputOfAnotherPipeline(path: path, found: manifest.ingestDigest, expected: ingestDigest)
    }
    return manifest
  }
}
