import Files
import Foundation
import Prepared

/// `predicted.json`: what made the predictions in a folder. A run that was stopped goes on behind what it says.
struct PredictedRecord: Codable {
  static let fileName = "predicted.json"
  private static let format = "segprep-predicted"
  private static let version = 1

  /// What decides a prediction.
  struct Entry: Codable, Equatable {
    /// What is the same for all cases of a run.
    var settings: PredictionSettings
    /// A hash of what decides the volume that the network is given.
    var input: String
  }

  private var format = Self.format
  private var formatVersion = Self.version
  /// By case. A file may be missing of one that a run was stopped at.
  var cases: [String: Entry] = [:]

  /// What is known of a folder: nothing where there is no such file, or one that is damaged or of another version.
  init(folder: String) {
    if let data = FileManager.default.contents(atPath: Folder.join(folder, Self.fileName)),
      let record = try? CanonicalJSON.value(Self.self, from: data), record.format == Self.format,
      record.formatVersion == Self.version
    {
      self = record
    }
  }

  /// - Throws: `FileError`.
  func write(folder: String) throws {
    try AtomicFile.write(try CanonicalJSON.text(self), to: Folder.join(folder, Self.fileName))
  }
}

/// What decides predictions beside the cases.
public struct PredictionSettings: Sendable, Codable, Equatable {
  /// The SHA-256 of the checkpoint.
  var model: String
  /// How patches that overlap are averaged.
  var weights: String
  /// The grid that is written on.
  var grid: String

  /// A model's predictions, averaged and written in that way.
  public init(model: String, weights: String, grid: String) {
    self.model = model
    self.weights = weights
    self.grid = grid
  }
}
