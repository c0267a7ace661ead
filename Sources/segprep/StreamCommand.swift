import ArgumentParser
import Console
import Foundation
import Pipeline
import Prepared
import Streaming

struct StreamCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stream",
    abstract: "Read shards as a trainer does, and say how fast that is and what holds it up.",
    discussion: """
      SHARDS is a folder that `segprep shard` wrote by the same pipeline, whose section `stream` gives the batch and the \
      seed, and whose section `augment` what happens to a training's patches; a set with `variants` is not augmented again. Nothing is written. With --compute-ms each batch is held for as long as a training step would take, and one \
      thread of the CPU is kept busy meanwhile, as a framework's is; utilisation is compute / (compute + wait).

      Which samples come when depends on the shards, the seed and the epoch alone. --samples lists them, with the SHA-256 \
      of their voxels: two machines that agree in it train on the same data.

      A run that was killed goes on with the very next batch: --state FILE keeps where it is, --resume FILE begins there. \
      Set, fold, seed, batch, order, augmentation and shards must be the same.

      Exit code 1 where damaged patches were skipped.

      Examples:
        segprep stream shards --pipeline Pipelines/kits19.yaml --set random --fold 0
        segprep stream shards --pipeline Pipelines/kits19.yaml --set grid --fold 0 \\
          --validation
        segprep stream shards --pipeline Pipelines/kits19.yaml --set random --fold 0 \\
          --compute-ms 323 --threads 2
        segprep stream shards --pipeline Pipelines/kits19.yaml --set random --fold 0 \\
          --epochs 10 --resume here.json --state here.json
      """)

  @Argument(help: "The folder of shards.")
  var shards: String

  @Option(help: ArgumentHelp("The pipeline file that the shards were cut with.", valueName: "file"))
  var pipeline: String

  @Option(help: "The set of patches.")
  var set: String

  @Option(help: ArgumentHelp("The fold; without it the patches of all labelled cases.", valueName: "k"))
  var fold: Int?

  @Flag(help: "Read what the fold validates on, instead of what it trains on.")
  var validation = false

  @Option(help: "Epochs to read.")
  var epochs = 1

  @Option(help: ArgumentHelp("Samples of all ranks in a batch, instead of the pipeline's.", valueName: "n"))
  var globalBatch: Int?

  @Option(help: ArgumentHelp("Of the order, instead of the pipeline's.", valueName: "n"))
  var seed: Int?

  @Option(help: "Which rank's share of each batch to read.")
  var rank = 0

  @Option(help: "Ranks that share each batch.")
  var worldSize = 1

  @Option(help: "Threads that read and decode.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: ArgumentHelp("What batches and threads may take.", valueName: "8GB"))
  var memory: ByteCount?

  @Option(help: "Type of the image's values: float32 or float16.")
  var image = StreamOptions.ImageType.float32

  @Option(help: "Order of a training's patches: uniform, class_balanced (with replacement) or sequential.")
  var order: StreamOptions.Order?

  @Option(help: "When checksums are looked at: always, first or never.")
  var checks = StreamOptions.Checks.always

  @Option(help: "What a damaged patch does: fail or skip.")
  var damage = StreamOptions.DamagePolicy.fail

  @Flag(help: "Leave the pipeline's augmentation out; refused for a set with variants.")
  var noAugment = false

  @Option(help: ArgumentHelp("A training step's time.", valueName: "ms"))
  var computeMs = 0.0

  @Option(help: ArgumentHelp("List the samples there, a line of JSON each.", valueName: "file"))
  var samples: String?

  @Option(help: ArgumentHelp("Keep there, after each batch, where the stream is.", valueName: "file"))
  var state: String?

  @Option(help: ArgumentHelp("Go on where a state says, with any threads and ranks.", valueName: "file"))
  var resume: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    if epochs < 1 { throw ValidationError("--epochs must be at least 1, found \(epochs)") }
    if threads < 1 { throw ValidationError("--threads must be at least 1, found \(threads)") }
    if validation && fold == nil { throw ValidationError("--validation needs --fold, found none") }
    if let seed, seed < 0 { throw ValidationError("--seed must be at least 0, found \(seed)") }
    if !(0...3_600_000).contains(computeMs) {
      throw ValidationError("--compute-ms must be from 0 to 3600000, found \(computeMs)")
    }
  }

  func run() throws {
    try reporting {
      let plan = try StreamPlan(
        shards: shards, set: set, split: split, pipeline: pipeline, augmentation: noAugment ? .none : .planned)
      let start = Date()
      let stream = try ShardStream(
        at: shards, set: set, split: split, globalBatch: globalBatch ?? plan.globalBatch,
        seed: seed.map { UInt64($0) } ?? plan.seed, rank: rank, worldSize: worldSize, threads: threads,
        memory: memory?.bytes, options: options(plan), resuming: try resume.map { try StateFile(path: $0).read() })
      var trainer = try Trainer(
        computeSeconds: computeMs / 1000, listing: samples, state: state, opened: start)
      try trainer.run(stream)
      let report = try StreamReport(stream, trainer, split: split, threads: threads)
      print(json ? try CanonicalJSON.text(report) : report.text, terminator: "")
      if !report.damages.isEmpty { throw ExitCode(1) }
    }
  }

  private var split: StreamSplit {
    fold.map { validation ? .validation(fold: $0) : .train(fold: $0) } ?? .all
  }

  private func options(_ plan: StreamPlan) -> StreamOptions {
    var options = StreamOptions()
    options.order = order
    options.image = image
    options.epochs = epochs
    options.checks = checks
    options.damage = damage
    options.augmentation = plan.augmentation
    options.stalled = { printError("segprep: \($0)") }
    return options
  }
}

extension StreamOptions.ImageType: ExpressibleByArgument {}
extension StreamOptions.Order: ExpressibleByArgument {}
extension StreamOptions.Checks: ExpressibleByArgument {}
extension StreamOptions.DamagePolicy: ExpressibleByArgument {}
