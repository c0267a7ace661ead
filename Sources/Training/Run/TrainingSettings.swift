/// How a network is trained; the defaults are the paper's.
public struct TrainingSettings: Sendable, Codable, Equatable {
  /// How weights follow from gradients.
  public enum OptimiserKind: Sendable, Codable, Equatable {
    case adam(learningRate: Double, weightDecay: Double)
    /// With Nesterov's momentum.
    case sgd(learningRate: Double, momentum: Double, weightDecay: Double)
  }

  /// What is lowered.
  public var loss = LossDescription(name: "cross_entropy")
  /// How weights follow from gradients.
  public var optimiser = OptimiserKind.adam(learningRate: 1e-3, weightDecay: 0)
  /// When the learning rate falls; nil where it stays.
  public var plateau: PlateauSchedule.Settings? = PlateauSchedule.Settings()
  /// Epochs at most.
  public var epochs = 200
  /// Batches of an epoch; nil for all that the split has.
  public var batchesPerEpoch: Int?
  /// Epochs without a lower validation loss after which it ends; nil for never.
  public var earlyStop: Int?
  /// Of the first weights.
  public var seed: UInt64 = 1

  /// The paper's training.
  public init() {}

  /// An optimiser of these parameters.
  func makeOptimiser(_ parameters: [NamedTensor]) throws -> any Optimiser {
    switch optimiser {
    case .adam(let rate, let decay): try Adam(parameters, learningRate: rate, weightDecay: decay)
    case .sgd(let rate, let momentum, let decay):
      try SGD(parameters, learningRate: rate, momentum: momentum, weightDecay: decay)
    }
  }
}
