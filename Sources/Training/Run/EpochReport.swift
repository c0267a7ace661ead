/// How an epoch went: a line of `log.jsonl`.
public struct EpochReport: Sendable, Codable, Equatable {
  /// Counted from 1.
  public var epoch: Int
  /// The mean over the epoch's batches.
  public var trainingLoss: Double
  /// The mean over the validation's patches; nil without validation.
  public var validationLoss: Double?
  /// By class name, of validation, averaged over cases; classes that no case has are left out.
  public var dice: [String: Double]
  /// By class name, the mean over whole cases, where the recipe asks for them after this epoch; classes that no case has
  /// are left out.
  public var wholeCaseDice: [String: Double]?
  /// Of the epoch's steps.
  public var learningRate: Double
  /// Whether the loss is the lowest so far.
  public var isBest: Bool
  /// Training and validation.
  public var seconds: Double
  /// Of training.
  public var patchesPerSecond: Double
  /// Spent waiting for training batches.
  public var waitSeconds: Double
}
