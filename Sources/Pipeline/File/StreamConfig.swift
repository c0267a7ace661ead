/// The `stream` section: what a training's batches are.
public struct StreamConfig: Sendable, Equatable {
  /// Samples of all ranks in a batch.
  public var globalBatch: Int
  /// Of the order of the patches, and of augmentation.
  public var seed: Int

  /// Batches of two, unless said otherwise.
  public init(globalBatch: Int = 2, seed: Int = 1) {
    self.globalBatch = globalBatch
    self.seed = seed
  }
}

extension StreamConfig {
  /// As a pipeline file would say it; no digest knows of it.
  func json(_ detail: KeyDetail) -> JSONValue {
    let standard = StreamConfig()
    var keys = KeyWriter(detail)
    keys.put("global_batch", .number(Double(globalBatch)), default: .number(Double(standard.globalBatch)))
    keys.put("seed", .number(Double(seed)), default: .number(Double(standard.seed)))
    return keys.object
  }
}
