/// When the learning rate falls: once the validation loss has not become smaller for some epochs.
public struct PlateauRecipe: Sendable, Codable, Equatable {
  /// What the rate is multiplied by.
  public var factor = 0.1
  /// Epochs without a lower validation loss that are waited for.
  public var patience = 10
  /// The lowest rate.
  public var minimumRate = 1e-6

  /// A tenth, after ten epochs.
  public init() {}
}
