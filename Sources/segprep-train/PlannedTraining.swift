import Pipeline
import Recipes

extension Plan {
  /// The plan with another loss, at its defaults.
  func training(with loss: LossRecipe) -> Plan {
    var config = config
    config.train = config.training
    config.train?.loss = loss
    return Plan(config, sourceFile: sourceFile, foldsFile: foldsFile)
  }
}
