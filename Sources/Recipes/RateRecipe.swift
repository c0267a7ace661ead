/// How the learning rate falls while a network learns.
public enum RateRecipe: Sendable, Codable, Equatable {
  /// It stays.
  case constant
  /// Once the validation loss has not become smaller for some epochs.
  case plateau(Plateau)
  /// With each step, to (1 - share of the training that is done) to this power of the first rate; nnU-Net's has .9, by epoch.
  case polynomial(power: Double)

  /// When the learning rate falls, and by how much.
  public struct Plateau: Sendable, Codable, Equatable {
    /// What the rate is multiplied by.
    public var factor = 0.1
    /// Epochs without a lower validation loss that are waited for.
    public var patience = 10
    /// The lowest rate.
    public var minimumRate = 1e-6

    /// A tenth, after ten epochs.
    public init() {}
  }
}
