/// Is told how a training goes, from its thread.
public protocol TrainingObserver: AnyObject {
  /// Before the first step.
  func began(_ start: TrainingStart)
  /// After each step.
  func stepped(_ step: TrainingStep)
  /// After each epoch; `all` are those so far, that one last.
  func finished(_ epoch: EpochReport, all: [EpochReport]) throws
  /// After each checkpoint: from here another process can go on.
  func saved()
}

/// What is trained.
public struct TrainingStart: Sendable {
  /// The network.
  public var network: NetworkDescription
  /// Numbers that are learned.
  public var parameters: Int
  /// Where it computes.
  public var device: Device
  /// Patches of the split.
  public var patches: Int
  /// Batches of an epoch.
  public var batchesPerEpoch: Int
  /// Epochs that were finished before.
  public var epochsDone: Int
  /// Batches of the next epoch that were done before.
  public var batchesDone: Int
  /// Epochs in all.
  public var epochs: Int
}

/// A step of the optimiser.
public struct TrainingStep: Sendable {
  /// Counted from 1.
  public var epoch: Int
  /// Counted from 1.
  public var batch: Int
  /// Of the batch.
  public var loss: Double
  /// Samples of a batch.
  public var samples: Int
}
