/// Focal Tversky loss (Abraham and Khan 2019): (1 - T(delta))^exponent.
///
/// The sum over classes, background among them; the mean over samples. The paper writes gamma = 4/3 and means an exponent
/// of 1 / gamma = 0.75, as its code has it: below 1, so that classes that are almost found still count. With exponent 1 it
/// is the Tversky loss.
public struct FocalTversky: Loss {
  /// The weight of missed voxels.
  public var delta: Double
  /// The power of 1 - T.
  public var exponent: Double

  /// The defaults are the paper's.
  public init(delta: Double = 0.7, exponent: Double = 0.75) {
    self.delta = delta
    self.exponent = exponent
  }

  /// The sum over classes, the mean over samples.
  public func value(_ batch: LossInput) throws -> Tensor {
    try Overlap(batch).focalComplement(delta, exponent: exponent).sumOverClasses()
  }
}
