import ArgumentParser
import Console
import Foundation
import Pipeline
import Prepared
import Recipes
import Shards
import Streaming
import Training

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a 3D U-Net on shards.",
    discussion: """
      SHARDS is a folder that `segprep shard` wrote by the same pipeline, whose section `train` says what is trained and \
      how, `stream` the batch, and `augment` what happens to patches. After each epoch the network is held against the \
      grid patches of the cases that the fold validates on; with --fold all it trains on all cases, without validation.

      RUN gets best.safetensors (the network of the lowest validation loss), scores.csv (how well that one finds each class \
      in each whole case of the validation), last.safetensors (all that is needed to go on), log.jsonl (a line for each epoch), curves.svg and run.json. A run that was stopped goes on with --resume, with the same \
      numbers as if it had not been. On the CPU the same shards, pipeline and --threads give the same checkpoints.

      Examples:
        segprep train shards --pipeline Pipelines/kits19.yaml --fold 0 --out run
        segprep train shards --pipeline Pipelines/kits19.yaml --fold 0 --out run \\
          --resume
      """)

  @Argument(help: "The folder of shards.")
  var shards: String

  @Option(help: ArgumentHelp("The pipeline file that the shards were cut with.", valueName: "file"))
  var pipeline: String

  @Option(help: ArgumentHelp("The fold to validate on, or all.", valueName: "k"))
  var fold: FoldChoice

  @Option(help: ArgumentHelp("The folder for the training.", valueName: "folder"))
  var out: String

  @Option(help: "Instead of the pipeline's loss, another one with its own defaults.")
  var loss: LossChoice?

  @Option(help: "Epochs in all, instead of the pipeline's.")
  var epochs: Int?

  @Option(help: ArgumentHelp("Batches of an epoch, instead of the pipeline's.", valueName: "n"))
  var batchesPerEpoch: Int?

  @Option(help: "Where to compute: auto, cpu or cuda.")
  var device = Device.Choice.auto

  @Option(help: "Threads that compute on the CPU; they decide the last bits of the result.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "Threads that read and augment; they decide nothing but the speed.")
  var streamThreads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Go on from RUN/last.safetensors.")
  var resume = false

  @Option(help: ArgumentHelp("Between two checkpoints within an epoch.", valueName: "seconds"))
  var saveEvery = 600.0

  @Flag(help: "Leave the pipeline's augmentation out; refused for a set with variants.")
  var noAugment = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(help: "No progress; the summary and errors only.")
  var quiet = false

  func validate() throws {
    for (name, number) in [("--epochs", epochs), ("--batches-per-epoch", batchesPerEpoch)] {
      if let number, !TrainingRecipe.counts.contains(number) {
        throw ValidationError(
          "\(name) must be \(TrainingRecipe.counts.lowerBound) to \(TrainingRecipe.counts.upperBound), found \(number)")
      }
    }
    if threads < 1 { throw ValidationError("--threads must be at least 1, found \(threads)") }
    if streamThreads < 1 { throw ValidationError("--stream-threads must be at least 1, found \(streamThreads)") }
    if !(saveEvery >= 0) { throw ValidationError("--save-every must be at least 0, found \(saveEvery)") }
  }

  func run() throws {
    try reporting {
      let plan = try plan()
      let device = try Device(device)
      try Torch.prepare(threads: threads, device: device)
      var recipe = plan.config.training
      if let epochs { recipe.epochs = epochs }
      if let batchesPerEpoch { recipe.batchesPerEpoch = batchesPerEpoch }
      let input = try input(recipe, sets: plan.config.patches.map(\.name))
      let manifest = try ShardManifest.required(folder: shards)
      let folder = try RunFolder(out)
      if resume { Interruption.say(.resuming) }
      let display = TrainingDisplay(isSilent: quiet || json, curves: folder.curves)
      let identity = TrainingRun.Identity(
        network: NetworkDescription(
          recipe.network, channels: manifest.channels.count, classes: manifest.classes.count),
        classes: manifest.classes, channels: manifest.channels, ingestDigest: manifest.ingestDigest,
        trained: TrainedCases(manifest, fold: fold.number), shardsDigest: manifest.shardsDigest,
        trainDigest: plan.trainDigest ?? "")
      let training: TrainingRun
      do {
        training = try TrainingRun(
          identity, on: input, recipe: recipe, in: folder, device: device, resuming: resume, saveSeconds: saveEvery,
          observer: display)
      } catch {
        folder.discard()
        throw error
      }
      let reports = try training.run()
      display.end()
      let summary = TrainingSummary(training, epochs: reports, device: device, threads: threads)
      try summary.write(to: folder)
      print(json ? try CanonicalJSON.text(summary) : summary.text(out: out), terminator: "")
    }
  }

  /// The pipeline with what the command line says instead of it; epochs apart, which may be added to.
  private func plan() throws -> Plan {
    let plan = try Plan.read(pipeline)
    var config = plan.config
    if let loss {
      config.train = config.training
      config.train?.loss = loss.recipe
    }
    if noAugment { config.augment = nil }
    return Plan(config, sourceFile: plan.sourceFile, foldsFile: plan.foldsFile)
  }

  private func input(_ recipe: TrainingRecipe, sets: [String]) throws -> TrainingInput {
    guard let patches = recipe.patches else {
      throw sets.isEmpty
        ? ShardingError.noPatches(file: pipeline) : TrainingError.noTrainingSet(file: pipeline, sets: sets)
    }
    let stream = try StreamPlan(
      shards: shards, set: patches, split: fold.split, pipeline: pipeline,
      augmentation: noAugment ? .none : .planned)
    var input = TrainingInput(
      shards: shards, patches: patches, validation: recipe.validation, fold: fold.number, batch: stream.globalBatch,
      seed: stream.seed, threads: streamThreads)
    input.augmentation = stream.augmentation
    input.stalled = { printError("segprep: \($0)") }
    return input
  }
}

/// A fold, or all cases.
struct FoldChoice: ExpressibleByArgument {
  let number: Int?

  /// What is trained on.
  var split: StreamSplit { number.map { .train(fold: $0) } ?? .all }

  init?(argument: String) {
    if argument == "all" {
      number = nil
    } else {
      guard let number = Int(argument), number >= 0 else { return nil }
      self.number = number
    }
  }
}

/// A loss by name, at its defaults.
struct LossChoice: ExpressibleByArgument {
  let recipe: LossRecipe

  init?(argument: String) {
    guard let name = LossRecipe.Name(named: argument) else { return nil }
    recipe = LossRecipe(name)
  }

  static var allValueStrings: [String] { LossRecipe.Name.allCases.map(\.hyphenated) }
}

extension Device.Choice: ExpressibleByArgument {}
