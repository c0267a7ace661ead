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
  /// What a run writes beside the cases.
  private static let files = [
    ".lock", "manifest.json", "splits_final.json", "datalist.json", "dataset_fingerprint.json", "plan.json",
    "run_report.json",
  ]

  /// - Parameter subfolders: those that files are written to, below the folder.
  /// - Throws: `IngestError.outputNotWritable`, `.outputObstructed` or `.outputHeld`; `FileError` where the disk is full.
  init(path: String, subfolders: [String] = ["cases", CasePreviews.folder]) throws {
    self.path = path
    try Self.make(path, subfolders)
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
    CasePreviews.remove(below: path)
  }

  deinit { close(lock) }

  /// Makes the folder, and finds out before the work begins whether it can take what a run writes.
  private static func make(_ path: String, _ subfolders: [String]) throws {
    do {
      for name in subfolders { try Folder.make(path + "/" + name) }
    } catch {
      if error.isOutOfSpace { throw error }
      guard let found = Folder.obstacle(at: error.path), found != "nothing" else {
        throw IngestError.outputNotWritable(path: path, detail: String(cString: strerror(error.code)))
      }
      throw IngestError.outputObstructed(path: path, found: found, at: error.path, expected: "a folder")
    }
    for name in files where Folder.isFolder("\(path)/\(name)") {
      throw IngestError.outputObstructed(path: path, found: "a folder", at: "\(path)/\(name)", expected: "a file")
    }
    for folder in [path] + subfolders.map({ path + "/" + $0 }) where access(folder, W_OK | X_OK) != 0 {
      throw IngestError.outputNotWritable(path: folder, detail: String(cString: strerror(errno)))
    }
  }

  /// Removes what an earlier run made of a case that nothing names any more; what is not there is no error.
  func remove(_ caseIdentifier: String) {
    unlink(path + "/" + Manifest.Case.file(caseIdentifier))
    CasePreviews.remove(of: caseIdentifier, below: path)
  }

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
