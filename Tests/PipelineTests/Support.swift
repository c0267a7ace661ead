import Foundation
import Preprocessing
import Pipeline

/// The repository's own pipelines, whatever folder the tests run in.
func shippedPath(_ name: String, testFile: String = #filePath) -> String {
  URL(fileURLWithPath: testFile).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Pipelines/\(name)").path
}

/// The text of a small pipeline that is right, with one of its lines replaced.
enum Sample {
  static let text = """
    name: sample
    dataset:
      layout: kits19
      channels: [ct]
      labels: {background: 0, kidney: 1, tumour: 2}
    preprocess:
      - resample: {spacing_mm: {z: 3, y: 1.5, x: 1.5}}
      - clip_hu: {lower: -79, upper: 304}
      - zscore
    folds: {count: 5}
    """

  /// The number of the line that tests of the data set, of stages and of folds replace.
  static let (dataset, stage, folds) = (5, 8, 10)

  /// The sample with its line `number` replaced, by several lines if need be.
  static func replacing(_ number: Int, with line: String) -> String {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    lines[number - 1] = line
    return lines.joined(separator: "\n")
  }

  static func config(_ text: String = text) throws -> PipelineConfig {
    try PipelineFile.parse(text, file: "sample.yaml")
  }

  /// The configuration of the sample with an item in the place of its second stage.
  static func stage(_ item: String) throws -> Stage {
    try config(replacing(stage, with: "  - \(item)")).preprocess[1]
  }

  /// The sample with sections of patches (and shards) after its last line.
  static func patches(_ items: String..., shards: String = "shards: {}") -> String {
    ([text, shards, "patches:"] + items.map { "  - \($0)" }).joined(separator: "\n")
  }

  /// What the user sees of a text that is wrong, or nil where it is taken.
  static func message(_ text: String) -> String? {
    do {
      _ = try config(text)
      return nil
    } catch {
      return "\(error)"
    }
  }
}
