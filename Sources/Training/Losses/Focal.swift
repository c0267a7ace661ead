/// Focal loss (Lin et al. 2017): cross entropy that counts voxels less the surer the network is of them.
///
/// -alpha (1 - p)^gamma ln p of the true class, that is the sum over classes of -alpha (1 - p)^gamma y ln p; the mean over
/// samples and voxels. With gamma 0 it is alpha times cross entropy.
public struct Focal: Loss {
  /// Weights all voxels alike.
  public var alpha: Double
  /// How much sure voxels are played down.
  public var gamma: Double

  /// The defaults are the paper's.
  public init(alpha: Double = 0.25, gamma: Double = 2) {
    self.alpha = alpha
    self.gamma = gamma
  }

  /// The mean over samples and voxels.
  public func value(_ batch: LossInput) throws -> Tensor {
    let logarithms = try batch.trueLogProbabilities()
    return try (batch.trueComplements(logarithms, exponent: gamma) * logarithms).mean() * -alpha
  }
}
