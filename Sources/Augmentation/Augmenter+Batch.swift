import Parallelism

/// A sample of a batch: where it is read, where it goes, and which one it is.
public struct BatchSample: @unchecked Sendable {
  /// The patch with its margin.
  public var source: PatchSource
  /// Nobody else's memory while the batch is made.
  public var target: PatchTarget
  /// What everything random follows from.
  public var key: SampleKey
  /// The case's, by channel, to be used instead of the patch's.
  public var statistics: [IntensityStatistics]?

  /// A sample of a batch.
  public init(
    source: PatchSource, target: PatchTarget, key: SampleKey, statistics: [IntensityStatistics]? = nil
  ) {
    self.source = source
    self.target = target
    self.key = key
    self.statistics = statistics
  }
}

extension Augmenter {
  /// Augments a batch, a sample to a thread; the bytes do not depend on the number of threads.
  /// - Parameter workspaces: kept from batch to batch, so that nothing is allocated after the first.
  /// - Returns: what was drawn, by sample.
  /// - Throws: `AugmentationError` where a source has another shape than the patch and its margin.
  @discardableResult
  public func apply(
    _ batch: [BatchSample], on workers: Workers, workspaces: ScratchPool<AugmentationWorkspace>
  ) throws -> [AugmentationRecord] {
    let records = batch.map { draw($0.key, channels: $0.source.channels) }
    try workers.forEach(batch.count) { index in
      let workspace = workspaces.take(make: AugmentationWorkspace.init)
      defer { workspaces.give(workspace) }
      let sample = batch[index]
      try replay(
        records[index], sample.source, to: sample.target, statistics: sample.statistics, workspace: workspace)
    }
    return records
  }
}
