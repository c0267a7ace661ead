/// The `train` section: what is trained, and how.
public struct TrainConfig: Sendable, Equatable {
  /// The set of patches that is trained on; nil for the first one that was drawn at random.
  public var patches: String?
  /// The set of patches that is validated on; nil for the first one that was cut on a grid.
  public var validation: String?
  /// What is to become small.
  public var loss = LossConfig(.unifiedFocal)
  /// What is trained.
  public var network = NetworkConfig()
  /// How weights follow from gradients.
  public var optimiser = OptimiserConfig.adam(learningRate: 1e-3, weightDecay: 0)
  /// When the learning rate falls; nil where it stays.
  public var plateau: PlateauConfig? = PlateauConfig()
  /// Epochs at most.
  public var epochs = 200
  /// Batches of an epoch; nil for all that the split has.
  public var batchesPerEpoch: Int?
  /// Epochs without a lower validation loss after which it ends; nil for never.
  public var earlyStop: Int?
  /// Epochs between two validations on whole cases; nil for none but at the end.
  public var wholeCasesEvery: Int?
  /// Of the first weights.
  public var seed = 1

  /// The paper's training.
  public init() {}
}

/// The network: a 3D U-Net.
public struct NetworkConfig: Sendable, Equatable {
  /// How often the patch is halved.
  public var depth = 4
  /// Filters of the first level; each further one has twice as many.
  public var filters = 32
  /// What follows each convolution.
  public var norm = Norm.batch
  /// Whether coarser levels have outputs of their own, each counting half of the next finer one.
  public var hasDeepSupervision = false

  /// How activations are normalised.
  public enum Norm: String, Sendable, CaseIterable { case batch, instance, none }

  /// The paper's network.
  public init() {}
}

/// How weights follow from gradients.
public enum OptimiserConfig: Sendable, Equatable {
  case adam(learningRate: Double, weightDecay: Double)
  /// Stochastic gradient descent with Nesterov's momentum.
  case sgd(learningRate: Double, momentum: Double, weightDecay: Double)
}

/// When the learning rate falls: once the validation loss has not become smaller for some epochs.
public struct PlateauConfig: Sendable, Equatable {
  /// What the rate is multiplied by.
  public var factor = 0.1
  /// Epochs without a lower validation loss that are waited for.
  public var patience = 10
  /// The lowest rate.
  public var minimumRate = 1e-6

  /// A tenth, after ten epochs.
  public init() {}
}

extension TrainConfig {
  /// As a pipeline file would say it.
  func json(_ detail: KeyDetail) -> JSONValue {
    let standard = TrainConfig()
    var keys = KeyWriter(detail)
    if let patches { keys.put("patches", .text(patches)) }
    if let validation { keys.put("validation", .text(validation)) }
    keys.put("loss", loss.json, default: standard.loss.json)
    keys.put("network", network.json(detail), default: standard.network.json(detail))
    keys.put("optimiser", optimiser.json, default: standard.optimiser.json)
    keys.put("plateau", Self.json(plateau), default: Self.json(standard.plateau))
    keys.put("epochs", .number(Double(epochs)), default: .number(Double(standard.epochs)))
    keys.put("batches_per_epoch", Self.json(batchesPerEpoch, none: "all"), default: .text("all"))
    keys.put("early_stop", Self.json(earlyStop, none: "never"), default: .text("never"))
    keys.put("whole_cases_every", Self.json(wholeCasesEvery, none: "never"), default: .text("never"))
    keys.put("seed", .number(Double(seed)), default: .number(Double(standard.seed)))
    return keys.object
  }

  private static func json(_ count: Int?, none: String) -> JSONValue {
    count.map { .number(Double($0)) } ?? .text(none)
  }

  private static func json(_ plateau: PlateauConfig?) -> JSONValue {
    guard let plateau else { return .text("never") }
    return .object([
      "factor": .number(plateau.factor), "patience": .number(Double(plateau.patience)),
      "minimum_rate": .number(plateau.minimumRate),
    ])
  }
}

extension LossConfig {
  fileprivate var json: JSONValue { .object([name.rawValue: .object(parameters.mapValues { .number($0) })]) }
}

extension NetworkConfig {
  fileprivate func json(_ detail: KeyDetail) -> JSONValue {
    let standard = NetworkConfig()
    var keys = KeyWriter(detail)
    keys.put("depth", .number(Double(depth)), default: .number(Double(standard.depth)))
    keys.put("filters", .number(Double(filters)), default: .number(Double(standard.filters)))
    keys.put("norm", .text(norm.rawValue), default: .text(standard.norm.rawValue))
    keys.put("deep_supervision", .bool(hasDeepSupervision), default: .bool(standard.hasDeepSupervision))
    return keys.object
  }
}

extension OptimiserConfig {
  fileprivate var json: JSONValue {
    switch self {
    case .adam(let rate, let decay):
      .object(["adam": .object(["learning_rate": .number(rate), "weight_decay": .number(decay)])])
    case .sgd(let rate, let momentum, let decay):
      .object([
        "sgd": .object([
          "learning_rate": .number(rate), "momentum": .number(momentum), "weight_decay": .number(decay),
        ])
      ])
    }
  }
}
