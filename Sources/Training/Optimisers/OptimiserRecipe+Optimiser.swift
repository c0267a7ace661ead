import Recipes

extension OptimiserRecipe {
  /// The optimiser of these parameters.
  /// - Throws: `TrainingError`.
  func optimiser(of parameters: [NamedTensor]) throws -> any Optimiser {
    switch self {
    case .adam(let rate, let decay): try Adam(parameters, learningRate: rate, weightDecay: decay)
    case .sgd(let rate, let momentum, let decay):
      try SGD(parameters, learningRate: rate, momentum: momentum, weightDecay: decay)
    }
  }
}
