/// Dice loss: 1 - T(1/2), T being the Tversky index; the Dice coefficient of the probabilities, taken from 1.
///
/// The sum over classes, background among them; the mean over samples.
public struct Dice: Loss {
  /// Without parameters.
  public init() {}

  /// The sum over classes, the mean over samples.
  public func value(_ batch: LossInput) throws -> Tensor { try Tversky(delta: 0.5).value(batch) }
}
