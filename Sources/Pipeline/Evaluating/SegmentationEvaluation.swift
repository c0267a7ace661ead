import Datasets
import Evaluation
import Files
import Parallelism
import Prepared

/// Scores a folder of predictions against the true segmentations of the same cases.
public struct SegmentationEvaluation: Sendable {
  /// What came of it.
  public struct Outcome: Sendable {
    /// Case by case, in the order of their identifiers.
    public var scores = ScoreTable()
    /// Cases that could not be scored, and why.
    public var failed: [Manifest.Absent] = []
    /// What had to be settled about headers, a line each.
    public var notes: [String] = []
    /// Predictions of cases that the truth does not have, or that were not asked for.
    public var ignored: [String] = []
  }

  /// The classes that are scored.
  public let classes: EvaluationClasses
  private let predictions: [String: SegmentationSet.Place]
  private let predictionsPath: String
  private let truth: [String: SegmentationSet.Place]

  /// Finds the segmentations; none is opened.
  /// - Parameters:
  ///   - classes: nil where the truth is prepared data, whose manifest names them.
  ///   - pipeline: finds the labels of a raw data set.
  ///   - fold: only the prepared cases that it validates on.
  ///   - only: only these cases.
  /// - Throws: `EvaluationError`, `IngestError` for cases that the truth lacks, and what reading folders throws.
  public init(
    predictions path: String, truth truthPath: String, classes: EvaluationClasses?, pipeline: PipelineConfig?,
    fold: Int? = nil, only: [String]? = nil
  ) throws {
    let predictions = try SegmentationSet(path: path)
    var names = classes
    let truth: SegmentationSet
    if let manifest = try Manifest.read(prepared: truthPath) {
      var cases = manifest.cases
      if let fold {
        guard (0..<manifest.folds).contains(fold) else {
          throw EvaluationError.noFold(fold, folds: manifest.folds, truth: truthPath)
        }
        cases = cases.filter { $0.fold == fold }
      }
      truth = SegmentationSet(prepared: truthPath, cases: cases)
      guard !truth.places.isEmpty else {
        throw EvaluationError.noLabelledCase(truth: truthPath, cases: cases.count, fold: fold)
      }
      names = EvaluationClasses(names: manifest.classes)
    } else {
      if fold != nil { throw EvaluationError.foldWithoutManifest(truth: truthPath) }
      truth = try Self.rawTruth(truthPath, pipeline)
    }
    guard let names else { throw EvaluationError.noClasses(truth: truthPath) }
    guard predictions.isSingle == truth.isSingle else {
      let (file, folder) = predictions.isSingle ? (path, truthPath) : (truthPath, path)
      throw EvaluationError.fileAgainstFolder(file: file, folder: folder)
    }
    var wanted = truth.places
    if let only {
      try IngestError.check(only, among: wanted.keys.sorted())
      wanted = wanted.filter { only.contains($0.key) }
    }
    self.classes = names
    self.truth = wanted
    predictionsPath = path
    // Two files belong together whatever they are called.
    self.predictions =
      predictions.isSingle
      ? Dictionary(uniqueKeysWithValues: zip(wanted.keys, predictions.places.values)) : predictions.places
  }

  /// The layout's labels where a pipeline is given and fits the folder, else the files as they lie there.
  /// - Throws: why the layout does not fit, where it is no folder of segmentations either.
  private static func rawTruth(_ path: String, _ pipeline: PipelineConfig?) throws -> SegmentationSet {
    guard let pipeline, Folder.isFolder(path) else { return try SegmentationSet(path: path) }
    let found = Result { try pipeline.dataset.discover(path).cases }
    if case .success(let cases) = found, cases.contains(where: { $0.label != nil }) {
      let kept = cases.filter { pipeline.dataset.exclude.reason(for: $0.identifier, classCounts: nil) == nil }
      return try SegmentationSet(raw: path, kept)
    }
    do {
      return try SegmentationSet(path: path)
    } catch let error as EvaluationError {
      if case .noSegmentations = error, case .failure(let reason) = found { throw reason }
      throw error
    }
  }

  /// Scores the cases side by side, as many as threads are free and fit into the memory; a prediction that is missing or
  /// cannot be read is reported, and the others go on.
  public func run(jobs: Int) throws -> Outcome {
    let workers = Workers(count: Ingest.threads(jobs))
    defer { workers.stop() }
    let reading = PairReading(classes: classes, workers: workers)
    let cases = truth.keys.sortedByBytes()
    let needs = cases.map { predictions[$0].map { PairReading.bytes(prediction: $0.path) } ?? 0 }
    let results = try workers.map(needs: needs, budget: Memory.budgetBytes) { index in
      score(cases[index], reading)
    }
    var outcome = Outcome()
    let scored = classes.scored
    for (identifier, result) in zip(cases, results) {
      switch result {
      case .success(let (scores, notes)):
        outcome.scores.add(
          identifier, classes: scored.map { classes.names[$0] }, scored.map { scores[$0 - 1] })
        outcome.notes += notes.map { "\(identifier): \($0)" }
      case .failure(let failure): outcome.failed.append(.init(caseIdentifier: identifier, reason: failure.reason))
      }
    }
    outcome.ignored = predictions.keys.filter { truth[$0] == nil }.sortedByBytes()
    return outcome
  }

  private struct Failure: Error { var reason: String }

  private func score(_ identifier: String, _ reading: PairReading) -> Result<([ClassScores], [String]), Failure> {
    guard let prediction = predictions[identifier], let place = truth[identifier] else {
      return .failure(
        Failure(reason: "no prediction, found nothing in \(predictionsPath), expected \(identifier).nii.gz; predict it")
      )
    }
    do {
      let (pair, notes) = try reading.read(prediction: prediction.path, truth: place)
      return .success((ClassScores.all(of: pair, classes: classes.names.count), notes))
    } catch {
      return .failure(Failure(reason: "\(error)"))
    }
  }
}
