/// Unified Focal loss (arXiv 2102.04525): lambda times the focal Tversky part and 1 - lambda times the focal part, which
/// share delta and gamma.
///
/// Focal Tversky: the sum over classes of (1 - T(delta))^(1 - gamma), the mean over samples. Focal: -w (1 - p)^gamma ln p of
/// the true class, w being delta for the foreground and 1 - delta for the background; the mean over samples and voxels.
///
/// The asymmetric form keeps the exponents where they do good: the background's Tversky part is a plain 1 - T, which is not
/// enhanced, and the foreground's focal part a plain -w ln p, which is not suppressed. Every foreground class counts as rare.
public struct UnifiedFocal: Loss {
  /// Which exponents are kept.
  public enum Form: String, Sendable, CaseIterable {
    case symmetric, asymmetric
  }

  /// Which exponents are kept.
  public var form: Form
  /// The share of the focal Tversky part.
  public var lambda: Double
  /// The weight of missed voxels, and of foreground voxels.
  public var delta: Double
  /// How strongly hard voxels and rare classes are put forward; 0 does not.
  public var gamma: Double

  /// The defaults are the paper's.
  public init(_ form: Form = .asymmetric, lambda: Double = 0.5, delta: Double = 0.6, gamma: Double = 0.5) {
    self.form = form
    self.lambda = lambda
    self.delta = delta
    self.gamma = gamma
  }

  /// The two parts, weighted.
  public func value(_ batch: LossInput) throws -> Tensor {
    try regions(batch) * lambda + voxels(batch) * (1 - lambda)
  }

  private func regions(_ batch: LossInput) throws -> Tensor {
    let overlap = try Overlap(batch)
    let focal = try overlap.focalComplement(delta, exponent: 1 - gamma)
    guard form == .asymmetric else { return try focal.sumOverClasses() }
    let plain = try overlap.tverskyComplement(delta).slice(0..<1, of: 1)
    return try plain.sumOverClasses() + focal.slice(1..<batch.classes, of: 1).sumOverClasses()
  }

  private func voxels(_ batch: LossInput) throws -> Tensor {
    let logarithms = try batch.trueLogProbabilities()
    let background = try batch.background()
    var factors = try batch.trueComplements(logarithms, exponent: gamma)
    if form == .asymmetric { factors = try (factors - 1) * background + 1 }
    let weights = try background * (1 - 2 * delta) + delta
    return try (factors * weights * logarithms).mean() * -1
  }
}
