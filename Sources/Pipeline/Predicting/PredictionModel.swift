import Files
import Prepared
import Preprocessing
import Shards

/// What cases must agree with, to be predicted.
public struct PredictionModel: Sendable {
  /// Channels by number.
  public var channels: [String]
  /// Classes by number.
  public var classes: [String]
  /// The digest of the pipeline that prepared what it was trained on; nil where the checkpoint does not say it.
  public var ingestDigest: String?
  /// The cases that it was trained on, and the numbers that it knows them by; nil where the checkpoint does not say it.
  public var trained: TrainedCases?
  /// The fold that it was validated on; nil for all cases.
  public var fold: Int?

  /// A model of these channels and classes.
  public init(channels: [String], classes: [String], ingestDigest: String?, trained: TrainedCases?, fold: Int?) {
    self.channels = channels
    self.classes = classes
    self.ingestDigest = ingestDigest
    self.trained = trained
    self.fold = fold
  }

  /// Holds the channels and classes of cases against the model's.
  /// - Parameter source: what says so.
  func hold(_ source: String, channels found: [String], classes foundClasses: [String]) throws(PredictionError) {
    for (what, found, expected) in [("channels", found, channels), ("classes", foundClasses, classes)]
    where found != expected {
      throw .otherModel(source: source, what: what, found: found, expected: expected)
    }
  }

  /// Holds a folder of prepared cases against the model.
  func hold(_ path: String, _ manifest: Manifest) throws(PredictionError) {
    try hold(path, channels: manifest.channels, classes: manifest.classes)
    if let ingestDigest, manifest.ingestDigest != ingestDigest {
      throw .otherPreparation(path: path, found: manifest.ingestDigest, expected: ingestDigest)
    }
  }

  /// Holds the numbers over the data set that prepared cases state, each for itself, against the model's: one folder can
  /// have cases of several.
  /// - Parameter asked: the stages that prepared them.
  func hold(_ path: String, _ cases: [Manifest.Case], _ asked: [Stage]) throws {
    guard let trained, asked.contains(where: { $0.overDataset != nil }) else { return }
    for item in cases where try item.datasetNumbers(of: asked, in: path) != trained.datasetNumbers {
      throw PredictionError.otherNumbers(path: Folder.join(path, item.file))
    }
  }

  /// What prepares raw cases as those were that the model was trained on: the stages, and what the fold_safe ones among
  /// them do afterwards.
  /// - Parameter source: what asks for the stages.
  func stages(_ asked: [Stage], _ source: String) throws(PredictionError) -> ([Stage], maps: [DeferredMaps.Map]?) {
    guard let place = asked.firstIndex(where: { $0.overDataset != nil }) else { return (asked, nil) }
    let isFoldSafe = asked.contains { $0.overDataset?.isFoldSafe == true }
    guard isFoldSafe == (trained?.deferredMap != nil),
      let stages = DatasetNumbers.resolved(asked, by: trained?.datasetNumbers, channels: channels.count)
    else {
      throw .needsDataset(source: source, place: place + 1, asked[place].name, isRecorded: trained != nil)
    }
    return (stages, trained?.deferredMap)
  }

  /// What is done to the values of prepared cases yet: the numbers are the model's, whatever the folder's are by now.
  func maps(_ manifest: Manifest) -> [DeferredMaps.Map]? {
    if let trained { return trained.deferredMap }
    return manifest.deferredMaps?.maps(ofFold: fold)
  }

  /// What to know where the checkpoint is too old to say what it was trained on; nil where it says it.
  func doubt(_ path: String) -> String? {
    guard ingestDigest == nil || trained == nil else { return nil }
    return "\(path) cannot be held against the model: its checkpoint does not say which cases it was trained on, and "
      + "what prepared them"
  }

  /// What to know of cases that the model was trained on; nil where there are none, and where nobody knows.
  /// - Parameter cases: by identifier; raw ones have neither a hash nor a fold.
  func leak(_ cases: [(identifier: String, preparedSha256: String?, fold: Int?)]) -> String? {
    guard let trained else { return nil }
    let names = Set(trained.cases.map(\.caseIdentifier))
    let hashes = Set(trained.cases.map(\.preparedSha256))
    let surely = cases.filter { $0.preparedSha256.map(hashes.contains) ?? false }
    let known = cases.filter { names.contains($0.identifier) || $0.preparedSha256.map(hashes.contains) ?? false }
    guard !known.isEmpty else { return nil }
    let byName = known.count - surely.count
    let doubt = byName == 0 ? "" : " (\(byName) by name alone: unless they are of another data set)"
    let isElsewhere = fold != nil && known.allSatisfy { $0.fold != nil && $0.fold != fold }
    let way = isElsewhere ? "--fold \(fold ?? 0) leaves them out" : "choose others with --cases"
    return "\(known.count) of \(cases.count) cases are among those that the model was trained on\(doubt): scores there "
      + "say nothing of new cases; \(way)"
  }
}
