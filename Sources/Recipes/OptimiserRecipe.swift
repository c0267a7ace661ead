/// How weights follow from gradients.
public enum OptimiserRecipe: Sendable, Codable, Equatable {
  case adam(learningRate: Double, weightDecay: Double)
  /// Stochastic gradient descent with Nesterov's momentum.
  case sgd(learningRate: Double, momentum: Double, weightDecay: Double)
}
