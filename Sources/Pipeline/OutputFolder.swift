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
  private let lock: FolderLock

  /// What a run writes into its folder.
  struct Content {
    /// Below the folder.
    var folders: [String]
    /// Files in the folder itself.
    var files: [String]

    /// Prepared cases.
    static let prepared = Content(
      folders: ["cases", CasePreviews.folder],
      files: [
        ".lock", "manifest.json", "splits_final.json", "datalist.json", "dataset_fingerprint.json", "plan.json",
        "run_report.json",
      ])

    /// Predictions.
    static let predictions = Content(folders: [], files: [".lock", PredictedRecord.fileName])

    /// Shards of these sets.
    static func shards(_ sets: [String]) -> Content {
      Content(folders: sets, files: [".lock", "manifest.json", "plan.json", "run_report.json"])
    }
  }

  /// - Throws: `IngestError.outputNotWritable`, `.outputObstructed` or `.outputHeld`; `FileError` where the disk is full.
  init(path: String, for content: Content) throws {
    self.path = path
    try Self.make(path, content)
    do {
      guard let lock = try FolderLock(path) else { throw IngestError.outputHeld(path: path) }
      self.lock = lock
    } catch let error as FileError {
      throw IngestError.outputNotWritable(path: path, detail: String(cString: strerror(error.code)))
    }
    for folder in [path] + content.folders.map({ "\(path)/\($0)" }) { try FolderLock.clear(folder) }
  }

  /// Makes the folder, and finds out before the work begins whether it can take what a run writes.
  private static func make(_ path: String, _ content: Content) throws {
    let folders = [path] + content.folders.map { "\(path)/\($0)" }
    do {
      for folder in folders { try Folder.make(folder) }
    } catch {
      if error.isOutOfSpace { throw error }
      guard let found = Folder.obstacle(at: error.path), found != "nothing" else {
        throw IngestError.outputNotWritable(path: path, detail: String(cString: strerror(error.code)))
      }
      throw IngestError.outputObstructed(path: path, found: found, at: error.path, expected: "a folder")
    }
    for name in content.files where Folder.isFolder("\(path)/\(name)") {
      throw IngestError.outputObstructed(path: path, found: "a folder", at: "\(path)/\(name)", expected: "a file")
    }
    for folder in folders where access(folder, W_OK | X_OK) != 0 {
      throw IngestError.outputNotWritable(path: folder, detail: String(cString: strerror(errno)))
    }
  }

  /// Removes a file below the folder; one that is not there is no error.
  func remove(file: String) { unlink(path + "/" + file) }

  /// Removes what an earlier run made of a case that nothing names any more; what is not there is no error.
  func remove(_ caseIdentifier: String) {
    remove(file: Manifest.Case.file(caseIdentifier))
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
