/// Mixed Focal loss (arXiv 2102.04525, first version): focal loss and focal Tversky loss together.
///
/// Without a weight their sum, as the paper's experiments have it; with one, weight times focal and 1 - weight times focal
/// Tversky. Each is reduced as it is by itself.
public struct MixedFocal: Loss {
  /// The share of the focal loss; nil adds both.
  public var weight: Double?
  /// The part over voxels.
  public var focal: Focal
  /// The part over regions.
  public var focalTversky: FocalTversky

  /// The defaults are the paper's.
  public init(weight: Double? = nil, focal: Focal = Focal(), focalTversky: FocalTversky = FocalTversky()) {
    self.weight = weight
    self.focal = focal
    self.focalTversky = focalTversky
  }

  /// The two parts, weighted.
  public func value(_ batch: LossInput) throws -> Tensor {
    let (voxels, regions) = (try focal.value(batch), try focalTversky.value(batch))
    guard let weight else { return try voxels + regions }
    return try voxels * weight + regions * (1 - weight)
  }
}
