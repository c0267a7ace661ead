/// Which places of an epoch a batch has, and which of these are this rank's.
struct BatchPlan: Sendable, Equatable {
  /// Samples of all ranks in a batch.
  let globalBatch: Int
  /// Samples of this rank in a batch.
  let share: Int
  /// Batches of an epoch.
  let batches: Int
  /// More samples in a batch than anybody could mean.
  private static let largest = 1 << 20
  private let rank: Int
  private let samples: Int

  /// - Throws: `StreamError.ranks`, and `.batchLargerThanSplit` for a training without a full batch.
  init(samples: Int, split: StreamSplit, globalBatch: Int, rank: Int, worldSize: Int) throws(StreamError) {
    guard globalBatch >= 1, worldSize >= 1, (0..<worldSize).contains(rank), globalBatch % worldSize == 0 else {
      throw .ranks(globalBatch: globalBatch, rank: rank, worldSize: worldSize)
    }
    guard globalBatch <= Self.largest else {
      throw .setting(name: "global batch", found: globalBatch, expected: "at most \(Self.largest)")
    }
    guard globalBatch <= samples || !split.isTraining else {
      throw .batchLargerThanSplit(split: "\(split)", globalBatch: globalBatch, patches: samples)
    }
    self.globalBatch = globalBatch
    self.rank = rank
    self.samples = samples
    share = globalBatch / worldSize
    batches = split.isTraining ? samples / globalBatch : (samples - 1) / globalBatch + 1
  }

  /// The place in the epoch of a sample of this rank's share; nil where the last batch is filled up.
  func place(batch: Int, sample: Int) -> Int? {
    let place = batch * globalBatch + rank * share + sample
    return place < samples ? place : nil
  }
}
