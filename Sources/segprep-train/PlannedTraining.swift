import Pipeline
import Shards
import Training

extension Plan {
  /// The plan with another loss, at its defaults.
  func training(with loss: LossConfig.Name) -> Plan {
    var config = config
    config.train = config.training
    config.train?.loss = LossConfig(loss)
    return Plan(config, sourceFile: sourceFile, foldsFile: foldsFile)
  }
}

extension TrainingSettings {
  /// As a pipeline's section `train` has them.
  init(_ train: TrainConfig) {
    self.init()
    loss = LossDescription(name: train.loss.name.rawValue, parameters: train.loss.parameters)
    optimiser =
      switch train.optimiser {
      case .adam(let rate, let decay): .adam(learningRate: rate, weightDecay: decay)
      case .sgd(let rate, let momentum, let decay): .sgd(learningRate: rate, momentum: momentum, weightDecay: decay)
      }
    plateau = train.plateau.map {
      PlateauSchedule.Settings(factor: $0.factor, patience: $0.patience, minimum: $0.minimumRate)
    }
    epochs = train.epochs
    batchesPerEpoch = train.batchesPerEpoch
    earlyStop = train.earlyStop
    seed = UInt64(train.seed)
  }
}

extension NetworkDescription {
  /// As a pipeline has it, for these shards' channels and classes.
  init(_ network: NetworkConfig, _ manifest: ShardManifest) {
    let norm: Norm =
      switch network.norm {
      case .batch: .batch
      case .instance: .instance
      case .none: .none
      }
    self.init(
      depth: network.depth, filters: network.filters, norm: norm, deepSupervision: network.hasDeepSupervision,
      channels: manifest.channels.count, classes: manifest.classes.count)
  }
}
