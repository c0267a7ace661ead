/// How weights follow from gradients.
public enum OptimiserRecipe: Sendable, Codable, Equatable {
  case adam(learningRate: Double, weightDecay: Double)
  /// Stochastic gradient descent with Nesterov's momentum.
  case sgd(learningRate: Double, momentum: Double, weightDecay: Double)

  /// Of the first step.
  public var learningRate: Double {
    switch self {
    case .adam(let rate, _), .sgd(let rate, _, _): rate
    }
  }
}
