import Evaluation
import Files
import Parallelism
import Prepared
import Volumes

/// A prepared case beside what several runs predicted for it, all on the prepared grid.
public struct ComparedCase: Sendable {
  /// The case's name in the data set.
  public let caseIdentifier: String
  /// The prepared image.
  public let image: Volume
  /// The prepared label.
  public let truth: LabelMap
  /// One for each run.
  public let predictions: [LabelMap]

  /// Reads cases that a folder of prepared ones and all runs have.
  /// - Parameters:
  ///   - runs: folders of `CASE.nii.gz`.
  ///   - only: these cases; nil for the first few that are in all runs.
  ///   - most: how many, where `only` is nil.
  /// - Throws: `EvaluationError` where a prediction is missing or lies on another grid, and what reading throws.
  public static func read(
    prepared: String, runs: [String], only: [String]?, most: Int, on workers: Workers
  ) throws -> [ComparedCase] {
    let manifest = try Manifest.required(folder: prepared)
    let truth = SegmentationSet(prepared: prepared, cases: manifest.cases).places
    let sets = try runs.map { try SegmentationSet(path: $0) }
    let shared = truth.keys.filter { name in sets.allSatisfy { $0.places[name] != nil } }.sorted()
    guard let first = shared.first else { throw EvaluationError.noSharedCase(prepared: prepared, runs: runs) }
    try IngestError.check(only ?? [first], among: shared)
    let reading = PairReading(classes: EvaluationClasses(names: manifest.classes), workers: workers)
    return try (only ?? Array(shared.prefix(most))).compactMap { name in
      guard let place = truth[name] else { return nil }
      let pairs = try sets.compactMap { set in
        try set.places[name].map { try reading.read(prediction: $0.path, truth: place).pair }
      }
      guard let truth = pairs.first?.truth else { return nil }
      return ComparedCase(
        caseIdentifier: name, image: try CaseFileReader(path: place.path).image(), truth: truth,
        predictions: pairs.map(\.prediction))
    }
  }
}
