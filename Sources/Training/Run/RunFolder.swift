import Evaluation
import Files
import Foundation
import Prepared

/// The folder of a training: held against other runs.
public final class RunFolder {
  /// The folder.
  public let path: String
  private let lock: FolderLock
  private let isNew: Bool

  /// Makes the folder, and holds it.
  /// - Throws: `TrainingError.runHeld`, `FileError`.
  public init(_ path: String) throws {
    isNew = !Folder.isFolder(path)
    try Folder.make(path)
    guard let lock = try FolderLock(path) else { throw TrainingError.runHeld(path: path) }
    try FolderLock.clear(path)
    self.path = path
    self.lock = lock
  }

  /// Removes the folder if it was made here and nothing was written into it.
  public func discard() { if isNew { FolderLock.discard(path) } }

  /// The state after the last epoch, or within one.
  public var last: String { path + "/last.safetensors" }
  /// The network of the lowest loss.
  public var best: String { path + "/best.safetensors" }
  /// A line of JSON for each epoch.
  public var log: String { path + "/log.jsonl" }
  /// A picture of losses and Dice over epochs.
  public var curves: String { path + "/curves.svg" }
  /// The best network's scores on the whole cases of the validation.
  public var scores: String { path + "/" + ScoreTable.fileName }
  /// What was trained, and how it ended.
  public var summary: String { path + "/run.json" }

  /// Takes away what an earlier end of the training said: the best network may become another one.
  func reopen() { for file in [scores, summary] { unlink(file) } }

  /// The log's first lines; fewer where it has fewer.
  /// - Throws: `FileError`.
  func epochs(_ count: Int) throws -> [EpochReport] {
    guard Folder.isFile(log) else { return [] }
    return try OpenFile(reading: log).contents().split(separator: UInt8(ascii: "\n")).prefix(count).compactMap {
      try? CanonicalJSON.value(EpochReport.self, from: Data($0))
    }
  }

  /// Puts the log on the disk.
  func write(_ epochs: [EpochReport]) throws {
    try AtomicFile.write(try epochs.map { try CanonicalJSON.text($0, compact: true) + "\n" }.joined(), to: log)
  }
}
