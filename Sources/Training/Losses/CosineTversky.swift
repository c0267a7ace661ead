/// Cosine Tversky loss: cos^gamma(pi/2 T(delta)), which falls from 1 to 0 as the overlap rises.
///
/// The sum over classes, background among them; the mean over samples. The authors' code rose with the overlap.
public struct CosineTversky: Loss {
  /// The weight of missed voxels.
  public var delta: Double
  /// The power of the cosine.
  public var gamma: Double

  /// The defaults are the paper's.
  public init(delta: Double = 0.7, gamma: Double = 1) {
    self.delta = delta
    self.gamma = gamma
  }

  /// The sum over classes, the mean over samples.
  public func value(_ batch: LossInput) throws -> Tensor {
    let cosines = try (Overlap(batch).tversky(delta) * (Double.pi / 2)).cos()
    // Under a power below 1 the slope at 0 has no end.
    return try cosines.clamped(to: LossInput.clip...1).power(gamma).sumOverClasses()
  }
}
