/// Combo loss (Taghanaki et al. 2019): alpha times weighted cross entropy less 1 - alpha times the Dice coefficient.
///
/// Cross entropy counts foreground voxels beta times and background ones 1 - beta times, which for two classes is the
/// paper's binary formula; it is the mean over samples and voxels. The coefficient T(1/2) is the mean over classes,
/// background among them, and samples. The loss is negative where the coefficient outweighs.
public struct Combo: Loss {
  /// The share of cross entropy.
  public var alpha: Double
  /// The weight of foreground voxels.
  public var beta: Double

  /// The defaults are the paper's.
  public init(alpha: Double = 0.5, beta: Double = 0.5) {
    self.alpha = alpha
    self.beta = beta
  }

  /// Cross entropy over voxels less the mean coefficient.
  public func value(_ batch: LossInput) throws -> Tensor {
    let weights = try batch.background() * (1 - 2 * beta) + beta
    let crossEntropy = try (batch.trueLogProbabilities() * weights).mean() * -1
    return try crossEntropy * alpha - Overlap(batch).tversky(0.5).mean() * (1 - alpha)
  }
}
