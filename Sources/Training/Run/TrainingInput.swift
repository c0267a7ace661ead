import Streaming

/// What is trained and validated on.
public struct TrainingInput: Sendable {
  /// The folder of shards.
  public var shards: String
  /// The set that is trained on.
  public var patches: String
  /// The grid set that is validated on; nil where there is none, which only a training on all cases does without.
  public var validation: String?
  /// The fold that is validated on; nil to train on all cases, without validation.
  public var fold: Int?
  /// Samples of a batch.
  public var batch: Int
  /// Of the order of the patches, and of augmentation.
  public var seed: UInt64
  /// Threads that read, decode and augment.
  public var threads: Int
  /// What happens to patches that are trained on; nil for nothing.
  public var augmentation: (any PatchAugmentation)?
  /// Called where batches do not come.
  public var stalled: (@Sendable (StreamStall) -> Void)?

  /// Training and validation patches of a folder of shards.
  public init(shards: String, patches: String, validation: String?, fold: Int?, batch: Int, seed: UInt64, threads: Int)
  {
    self.shards = shards
    self.patches = patches
    self.validation = validation
    self.fold = fold
    self.batch = batch
    self.seed = seed
    self.threads = threads
  }

  /// The endless stream of training batches.
  func training(resuming state: StreamState?) throws -> ShardStream {
    try open(patches, fold.map { .train(fold: $0) } ?? .all, epochs: nil, augmentation, state)
  }

  /// Each patch that is validated on, once; nil where none is.
  func validating() throws -> ShardStream? {
    guard let fold else { return nil }
    guard let validation else { throw TrainingError.noValidation(folder: shards) }
    return try open(validation, .validation(fold: fold), epochs: 1, nil, nil)
  }

  private func open(
    _ set: String, _ split: StreamSplit, epochs: Int?, _ augmentation: (any PatchAugmentation)?, _ state: StreamState?
  ) throws -> ShardStream {
    var options = StreamOptions()
    options.epochs = epochs
    options.augmentation = augmentation
    options.stalled = stalled
    return try ShardStream(
      at: shards, set: set, split: split, globalBatch: batch, seed: seed, threads: threads, options: options,
      resuming: state)
  }
}
