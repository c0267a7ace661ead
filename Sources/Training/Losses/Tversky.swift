/// Tversky loss (Salehi et al. 2017): 1 - T(delta), which weights missed voxels by delta and invented ones by 1 - delta.
///
/// The sum over classes, background among them; the mean over samples. With delta 1/2 it is the Dice loss.
public struct Tversky: Loss {
  /// The weight of missed voxels.
  public var delta: Double

  /// The default is the paper's.
  public init(delta: Double = 0.7) { self.delta = delta }

  /// The sum over classes, the mean over samples.
  public func value(_ batch: LossInput) throws -> Tensor {
    try Overlap(batch).tverskyComplement(delta).sumOverClasses()
  }
}
