import Files
import Pipeline
import Prepared
import Recipes
import Training

/// How a training ended; `run.json`.
struct TrainingSummary: Encodable {
  var network: NetworkDescription
  var parameters: Int
  var classes: [String]
  var channels: [String]
  var fold: Int?
  var recipe: TrainingRecipe
  var shardsDigest: String
  var trainDigest: String
  var device: String
  var threads: Int
  var torch: String
  var epochs: Int
  var stoppedEarly: Bool
  var bestEpoch: Int?
  var bestLoss: Double?
  var bestDice: [String: Double]
  /// Of the best network, by class, the mean over the whole cases of the validation.
  var wholeCaseDice: [String: Double]?
  var seconds: Double

  init(_ training: TrainingRun, epochs: [EpochReport], device: Device, threads: Int) {
    let (state, head) = (training.state, training.state.head)
    network = head.network
    parameters = state.parameters
    (classes, channels, fold, recipe) = (head.classes, head.channels, head.fold, head.recipe)
    (shardsDigest, trainDigest) = (head.shardsDigest, head.trainDigest)
    self.device = device.rawValue
    self.threads = threads
    torch = Torch.version
    self.epochs = head.progress.epochs
    stoppedEarly = head.progress.isStopped
    bestEpoch = head.progress.best?.epoch
    bestLoss = head.progress.best?.loss
    bestDice = epochs.first { $0.epoch == head.progress.best?.epoch }?.dice ?? [:]
    wholeCaseDice = training.scores?.means(of: .dice)
    seconds = epochs.reduce(0) { $0 + $1.seconds }
  }

  func write(to folder: RunFolder) throws { try AtomicFile.write(try CanonicalJSON.text(self), to: folder.summary) }

  func text(out: String) -> String {
    var text = "\(Quantity.counted(epochs, "epoch")) in \(Quantity.seconds(seconds))"
    if stoppedEarly { text += ", stopped early" }
    if let bestEpoch, let bestLoss { text += "; lowest loss \(Quantity.number(bestLoss)) in epoch \(bestEpoch)" }
    text += "\n"
    for (name, dice) in (wholeCaseDice ?? [:]).sorted(by: { $0.key < $1.key }) {
      text += "Dice of \(name), mean over whole cases: \(Quantity.number(dice, decimals: 3))\n"
    }
    let scores = wholeCaseDice == nil ? "" : "scores.csv, "
    return text + "\(out)/best.safetensors, last.safetensors, \(scores)log.jsonl, curves.svg, run.json\n"
  }
}
