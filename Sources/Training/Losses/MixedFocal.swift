/// Mixed Focal loss (arXiv 2102.04525, first version): focal loss and focal Tversky loss together.
///
/// lambda times focal and 1 - lambda times focal Tversky, each reduced as it is by itself; with a lambda of 1/2 half of the
/// sum that the authors' code takes.
public struct MixedFocal: Loss {
  /// The share of the focal loss.
  public var lambda: Double
  /// The part over voxels.
  public var focal: Focal
  /// The part over regions.
  public var focalTversky: FocalTversky

  /// The defaults are the paper's.
  public init(lambda: Double = 0.5, focal: Focal = Focal(), focalTversky: FocalTversky = FocalTversky()) {
    self.lambda = lambda
    self.focal = focal
    self.focalTversky = focalTversky
  }

  /// The two parts, weighted.
  public func value(_ batch: LossInput) throws -> Tensor {
    try focal.value(batch) * lambda + focalTversky.value(batch) * (1 - lambda)
  }
}
