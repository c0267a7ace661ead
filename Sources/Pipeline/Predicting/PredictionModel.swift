import Prepared

/// What cases must agree with, to be predicted.
public struct PredictionModel: Sendable {
  /// Channels by number.
  public var channels: [String]
  /// Classes by number.
  public var classes: [String]
  /// The digest of the pipeline that prepared what it was trained on; nil where the checkpoint does not say it.
  public var ingestDigest: String?
  /// The fold that it was validated on, whose fold_safe numbers it knows; nil for all cases.
  public var fold: Int?

  /// A model of these channels and classes.
  public init(channels: [String], classes: [String], ingestDigest: String?, fold: Int?) {
    self.channels = channels
    self.classes = classes
    self.ingestDigest = ingestDigest
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

  /// What to know where the checkpoint is too old to say how its cases were prepared; nil where it says it.
  func doubt(_ path: String) -> String? {
    guard ingestDigest == nil else { return nil }
    return "\(path) cannot be held against the model: its checkpoint does not say which pipeline prepared its cases"
  }

  /// What to know of cases that the model was trained on, as far as the folds say it; nil where there are none.
  func leak(_ cases: [Manifest.Case]) -> String? {
    let known = cases.filter { $0.isLabelled && (fold == nil || ($0.fold != nil && $0.fold != fold)) }
    guard !known.isEmpty else { return nil }
    let (trained, way) =
      fold.map { ("all but \($0)", "--fold \($0) leaves them out") } ?? ("all of them", "no fold is new to it")
    return
      "\(known.count) of \(cases.count) cases are of folds that the model was trained on (\(trained)): unless they are "
      + "of another data set, scores there say nothing of new cases; \(way)"
  }
}
