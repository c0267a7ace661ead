/// Cross entropy: minus the natural logarithm of the true class' probability, averaged over all voxels.
public struct CrossEntropy: Loss {
  /// Without parameters.
  public init() {}

  /// The mean over samples and voxels.
  public func value(_ batch: LossInput) throws -> Tensor { try batch.logits.crossEntropy(batch.labels) }
}
