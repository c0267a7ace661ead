import Recipes
import Shards

/// The `train` section.
struct TrainReader {
  /// The patch sets that the file has.
  let sets: [PatchSet]

  func read(_ value: FileValue) throws(PipelineError) -> TrainingRecipe {
    let section = try MappingCursor(
      value,
      accepting: [
        "patches", "validation", "loss", "network", "optimiser", "plateau", "polynomial", "epochs", "batches_per_epoch",
        "early_stop", "whole_cases_every", "precision", "seed",
      ])
    var train = TrainingRecipe()
    if let name = section.optional("patches") { train.patches = try set(name) { _ in true } }
    if let name = section.optional("validation") { train.validation = try set(name, where: \.isForValidation) }
    if let loss = section.optional("loss") { train.loss = try self.loss(loss) }
    if let network = section.optional("network") { train.network = try self.network(network) }
    if let optimiser = section.optional("optimiser") { train.optimiser = try self.optimiser(optimiser) }
    train.rate = try rate(plateau: section.optional("plateau"), polynomial: section.optional("polynomial"))
    if let epochs = section.optional("epochs") { train.epochs = try epochs.integer(in: TrainingRecipe.counts) }
    train.batchesPerEpoch = try count(section.optional("batches_per_epoch"), unit: "batches", none: "all")
    train.earlyStop = try count(section.optional("early_stop"), unit: "epochs", none: "never")
    train.wholeCasesEvery = try count(section.optional("whole_cases_every"), unit: "epochs", none: "never")
    if let precision = section.optional("precision") { train.precision = try precision.choice() }
    if let seed = section.optional("seed") { train.seed = UInt64(try seed.integer(in: 0...Int(UInt32.max))) }
    return train
  }

  private func set(_ value: FileValue, where fits: (PatchSet) -> Bool) throws(PipelineError) -> String {
    try value.choice(sets.filter(fits).map { Word($0.name) }).rawValue
  }

  private func loss(_ value: FileValue) throws(PipelineError) -> LossRecipe {
    let (name, section) = try entry(value, called: "loss") { (name: LossRecipe.Name) in name.parameters.map(\.name) }
    var loss = LossRecipe(name)
    for parameter in name.parameters {
      guard let value = try section?.optional(parameter.name)?.number(in: parameter.range) else { continue }
      loss.parameters[parameter.name] = value == parameter.paper ? nil : value
    }
    return loss
  }

  private func network(_ value: FileValue) throws(PipelineError) -> NetworkRecipe {
    let section = try MappingCursor(value, accepting: ["depth", "filters", "norm", "deep_supervision"])
    var network = NetworkRecipe()
    if let depth = section.optional("depth") { network.depth = try depth.integer(in: 1...8) }
    if let filters = section.optional("filters") { network.filters = try filters.integer(in: 1...512) }
    if let norm = section.optional("norm") { network.norm = try norm.choice() }
    if let deep = section.optional("deep_supervision") { network.hasDeepSupervision = try deep.truth() }
    return network
  }

  /// The optimisers by name, with the learning rates that are usual for them.
  private enum Optimiser: String, CaseIterable {
    case adam, sgd

    var keys: [String] {
      self == .sgd ? ["learning_rate", "momentum", "weight_decay"] : ["learning_rate", "weight_decay"]
    }
    var learningRate: Double { self == .sgd ? 1e-2 : 1e-3 }
  }

  private func optimiser(_ value: FileValue) throws(PipelineError) -> OptimiserRecipe {
    let (name, section) = try entry(value, called: "optimiser") { (name: Optimiser) in name.keys }
    let rate = try section?.optional("learning_rate")?.number(in: 0...10) ?? name.learningRate
    let decay = try section?.optional("weight_decay")?.number(in: 0...1) ?? 0
    switch name {
    case .adam: return .adam(learningRate: rate, weightDecay: decay)
    case .sgd:
      // nnU-Net's momentum.
      let momentum = try section?.optional("momentum")?.number(in: 0...1) ?? 0.99
      return .sgd(learningRate: rate, momentum: momentum, weightDecay: decay)
    }
  }

  private func rate(plateau: FileValue?, polynomial: FileValue?) throws(PipelineError) -> RateRecipe {
    guard let polynomial else { return try plateau.map(self.plateau) ?? TrainingRecipe().rate }
    if plateau != nil {
      throw polynomial.refusal(
        "cannot stand beside plateau", expected: "one of them: both say how the learning rate falls", found: "both")
    }
    let section = try MappingCursor(polynomial, accepting: ["power"])
    // nnU-Net's power.
    return .polynomial(power: try section.optional("power")?.number(in: 0.01...10) ?? 0.9)
  }

  private func plateau(_ value: FileValue) throws(PipelineError) -> RateRecipe {
    if case .text = value.scalar {
      _ = try value.choice([Word("never")], or: "a mapping with factor, patience and minimum_rate")
      return .constant
    }
    let section = try MappingCursor(value, accepting: ["factor", "patience", "minimum_rate"])
    var plateau = RateRecipe.Plateau()
    if let factor = section.optional("factor") { plateau.factor = try factor.number(in: 0.001...0.999) }
    if let patience = section.optional("patience") {
      plateau.patience = try patience.integer(in: 0...1_000_000, unit: "epochs")
    }
    if let rate = section.optional("minimum_rate") { plateau.minimumRate = try rate.number(in: 0...1) }
    return .plateau(plateau)
  }

  /// A count, or the word for none.
  private func count(_ value: FileValue?, unit: String, none: String) throws(PipelineError) -> Int? {
    guard let value else { return nil }
    if case .text = value.scalar {
      _ = try value.choice([Word(none)], or: "a number of \(unit)")
      return nil
    }
    return try value.integer(in: TrainingRecipe.counts, unit: unit)
  }

  /// A choice alone, or one with its parameters: `adam`, or `adam: {...}`.
  private func entry<Choice: RawRepresentable<String> & CaseIterable>(
    _ value: FileValue, called kind: String, keys: (Choice) -> [String]
  ) throws(PipelineError) -> (Choice, MappingCursor?) {
    if case .text = value.scalar { return (try value.choice(), nil) }
    let names = Choice.allCases.map(\.rawValue)
    let entry = try MappingCursor(value, accepting: names)
    guard let key = entry.keys.first, entry.keys.count == 1, let choice = Choice(rawValue: key),
      let parameters = entry.optional(key)
    else {
      throw value.refusal(
        "is no \(kind)", expected: "one of \(names.joined(separator: ", "))",
        found: entry.keys.isEmpty ? "nothing" : entry.keys.joined(separator: ", "))
    }
    return (choice, try MappingCursor(parameters, accepting: keys(choice)))
  }
}
