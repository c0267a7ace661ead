import Recipes

extension TrainingRecipe {
  /// As a pipeline file would say it.
  func json(_ detail: KeyDetail) -> JSONValue {
    let standard = TrainingRecipe()
    var keys = KeyWriter(detail)
    if let patches { keys.put("patches", .text(patches)) }
    if let validation { keys.put("validation", .text(validation)) }
    keys.put("loss", loss.json(detail), default: standard.loss.json(detail))
    keys.put("network", network.json(detail), default: standard.network.json(detail))
    keys.put("optimiser", optimiser.json, default: standard.optimiser.json)
    keys.put(rate.key, rate.json, default: standard.rate.json)
    keys.put("epochs", .number(Double(epochs)), default: .number(Double(standard.epochs)))
    keys.put("batches_per_epoch", Self.json(batchesPerEpoch, none: "all"), default: .text("all"))
    keys.put("early_stop", Self.json(earlyStop, none: "never"), default: .text("never"))
    keys.put("whole_cases_every", Self.json(wholeCasesEvery, none: "never"), default: .text("never"))
    keys.put("precision", .text(precision.rawValue), default: .text(standard.precision.rawValue))
    keys.put("seed", .number(Double(seed)), default: .number(Double(standard.seed)))
    return keys.object
  }

  private static func json(_ count: Int?, none: String) -> JSONValue {
    count.map { .number(Double($0)) } ?? .text(none)
  }

}

extension RateRecipe {
  fileprivate var key: String {
    if case .polynomial = self { "polynomial" } else { "plateau" }
  }

  fileprivate var json: JSONValue {
    switch self {
    case .constant: .text("never")
    case .plateau(let plateau):
      .object([
        "factor": .number(plateau.factor), "patience": .number(Double(plateau.patience)),
        "minimum_rate": .number(plateau.minimumRate),
      ])
    case .polynomial(let power): .object(["power": .number(power)])
    }
  }
}

extension LossRecipe {
  fileprivate func json(_ detail: KeyDetail) -> JSONValue {
    var keys = KeyWriter(detail)
    for parameter in name.parameters {
      keys.put(
        parameter.name, .number(parameters[parameter.name] ?? parameter.paper), default: .number(parameter.paper))
    }
    return .object([name.rawValue: keys.object])
  }
}

extension NetworkRecipe {
  fileprivate func json(_ detail: KeyDetail) -> JSONValue {
    let standard = NetworkRecipe()
    var keys = KeyWriter(detail)
    keys.put("depth", .number(Double(depth)), default: .number(Double(standard.depth)))
    keys.put("filters", .number(Double(filters)), default: .number(Double(standard.filters)))
    keys.put("norm", .text(norm.rawValue), default: .text(standard.norm.rawValue))
    keys.put("deep_supervision", .bool(hasDeepSupervision), default: .bool(standard.hasDeepSupervision))
    return keys.object
  }
}

extension OptimiserRecipe {
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
