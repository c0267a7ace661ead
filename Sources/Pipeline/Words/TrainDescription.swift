import Recipes
import Volumes

/// A training in words.
enum TrainDescription {
  static func entries(of train: TrainingRecipe) -> [(title: String, lines: [String])] {
    [
      ("patches", ["the set \(train.patches ?? "(none)"), validated on \(train.validation ?? "(none)")"]),
      ("network", [network(train.network)]),
      ("loss", [loss(train.loss)]),
      ("optimiser", [optimiser(train.optimiser), rate(train.rate)]),
      ("epochs", [epochs(train)]),
      ("precision", [precision(train.precision)]),
      ("seed", ["\(train.seed), of the first weights"]),
    ]
  }

  private static func network(_ network: NetworkRecipe) -> String {
    let step = 1 << network.depth
    return "3D U-Net, depth \(network.depth), \(network.filters) filters doubling at each level, "
      + "\(network.norm == .none ? "no" : network.norm.rawValue) norm"
      + (network.hasDeepSupervision ? ", deep supervision" : "") + "; a patch's axes must divide by \(step)"
  }

  private static func loss(_ loss: LossRecipe) -> String {
    let parameters = loss.name.parameters.map { parameter in
      "\(parameter.name) \(JSONValue.text(of: loss.parameters[parameter.name] ?? parameter.paper))"
    }
    return ([loss.name.rawValue] + parameters).joined(separator: ", ")
  }

  private static func optimiser(_ optimiser: OptimiserRecipe) -> String {
    switch optimiser {
    case .adam(let rate, let decay):
      "Adam, learning rate \(JSONValue.text(of: rate)), weight decay \(JSONValue.text(of: decay))"
    case .sgd(let rate, let momentum, let decay):
      "gradient descent with Nesterov momentum \(JSONValue.text(of: momentum)), learning rate "
        + "\(JSONValue.text(of: rate)), weight decay \(JSONValue.text(of: decay))"
    }
  }

  private static func rate(_ rate: RateRecipe) -> String {
    switch rate {
    case .constant: "the rate stays"
    case .plateau(let plateau):
      "the rate falls to \(JSONValue.text(of: plateau.factor)) of itself after "
        + "\(Quantity.counted(plateau.patience, "epoch")) without a lower validation loss, "
        + "not below \(JSONValue.text(of: plateau.minimumRate))"
    case .polynomial(let power):
      "the rate falls with each step, to 0 at the end: (1 - done) to the power of \(JSONValue.text(of: power))"
    }
  }

  private static func precision(_ precision: Precision) -> String {
    switch precision {
    case .auto: "convolutions in bfloat16 on a GPU that has it, else in float32"
    case .float32: "float32"
    case .bfloat16: "convolutions in bfloat16"
    }
  }

  private static func epochs(_ train: TrainingRecipe) -> String {
    let batches = train.batchesPerEpoch.map { "\(Quantity.counted($0, "batch", "batches")) each" }
    let stop = train.earlyStop.map { "fewer after \(Quantity.counted($0, "epoch")) without a lower validation loss" }
    let cases = train.wholeCasesEvery.map { "whole cases predicted every \(Quantity.counted($0, "epoch"))" }
    return (["at most \(train.epochs)", batches ?? "all batches of the split each", stop, cases] as [String?])
      .compactMap { $0 }.joined(separator: ", ")
  }
}
