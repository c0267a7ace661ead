import Recipes

/// Lowers the learning rate where the loss stops falling.
public struct PlateauSchedule: Sendable, Codable, Equatable {
  private var best: Double?
  private var waited = 0

  /// Before the first epoch.
  public init() {}

  /// The learning rate after an epoch with that loss. As PyTorch's ReduceLROnPlateau, lower by a part of 1e-4 is lower; with a
  /// loss below 0 PyTorch's takes an equal one for lower, and never lowers the rate of one that stands still.
  public mutating func rate(after loss: Double, rate: Double, _ recipe: RateRecipe.Plateau) -> Double {
    if best.map({ loss < $0 - 1e-4 * abs($0) }) ?? true {
      (best, waited) = (loss, 0)
    } else {
      waited += 1
    }
    guard waited > recipe.patience else { return rate }
    waited = 0
    let lowered = max(rate * recipe.factor, recipe.minimumRate)
    return rate - lowered > 1e-8 ? lowered : rate
  }
}
