/// Lowers the learning rate where the loss stops falling.
public struct PlateauSchedule: Sendable, Codable, Equatable {
  /// When, and by how much.
  public struct Settings: Sendable, Codable, Equatable {
    /// What the learning rate is multiplied by.
    public var factor: Double
    /// Epochs without a lower loss that are borne; the next one lowers the rate.
    public var patience: Int
    /// The lowest learning rate.
    public var minimum: Double

    /// A tenth after ten epochs, unless said otherwise.
    public init(factor: Double = 0.1, patience: Int = 10, minimum: Double = 1e-6) {
      self.factor = factor
      self.patience = patience
      self.minimum = minimum
    }
  }

  private var best: Double?
  private var waited = 0

  /// Before the first epoch.
  public init() {}

  /// The learning rate after an epoch with that loss. As PyTorch's ReduceLROnPlateau: lower by a part of 1e-4 is lower.
  public mutating func rate(after loss: Double, rate: Double, _ settings: Settings) -> Double {
    if best.map({ loss < $0 * (1 - 1e-4) }) ?? true {
      (best, waited) = (loss, 0)
    } else {
      waited += 1
    }
    guard waited > settings.patience else { return rate }
    waited = 0
    let lowered = max(rate * settings.factor, settings.minimum)
    return rate - lowered > 1e-8 ? lowered : rate
  }
}
