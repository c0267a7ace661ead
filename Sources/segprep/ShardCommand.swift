import ArgumentParser
import Console
import Foundation
import Pipeline
import Prepared

struct ShardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shard",
    abstract: "Cut patches out of prepared cases and write them to HDF5 files for training.",
    discussion: """
      PREPARED is a folder that `segprep ingest` wrote by the same pipeline; its sections `patches` and `shards` say \
      which patches there are and how they are stored. Each set becomes files OUT/<set>/fold<k>-<nnnnn>.h5, where k is \
      the fold that validates on their cases; manifest.json, written last, says what is there. Unlabelled cases have no \
      patches: they are for prediction.

      Every patch and file is decided before any is written. Run it again and only what is missing, damaged or changed \
      is made; a run that was stopped, by Ctrl-C or otherwise, goes on where it was. The same cases and pipeline give \
      the same bytes, whatever --jobs is. run_report.json (times, host) is the one exception.

      Examples:
        segprep shard prepared --pipeline Pipelines/kits19.yaml --out shards
        segprep shard prepared --pipeline Pipelines/kits19.yaml --out shards --dry-run
      """)

  @Argument(help: "The folder of prepared cases.")
  var prepared: String

  @Option(help: ArgumentHelp("The pipeline file that the cases were ingested with.", valueName: "file"))
  var pipeline: String

  @Option(help: ArgumentHelp("The folder for shards.", valueName: "folder"))
  var out: String

  @OptionGroup var making: ShardOptions

  @Flag(help: "Say which patches there would be, and how large; write nothing.")
  var dryRun = false

  func run() throws {
    try reporting {
      let plan = try Plan.read(pipeline)
      let sharding = making.applied(to: Sharding(plan: plan, prepared: prepared, shards: out, jobs: making.jobs))
      if dryRun {
        let preview = try ShardPreview(sharding)
        print(making.json ? try CanonicalJSON.text(preview) : preview.text, terminator: "")
        return
      }
      try making.run(sharding)
    }
  }
}

/// What `shard` and `repair` have in common.
struct ShardOptions: ParsableArguments {
  @Option(help: "Threads in all; fewer where their patches do not fit into the memory.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(
    help: ArgumentHelp("What the run may take; default 70 % of what is free.", valueName: "8GB"))
  var memory: ByteCount?

  @Flag(help: "Do not wait for the disk after each file: faster, but a power cut can lose files named in the manifest.")
  var noSync = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(help: "No progress; the summary and errors only.")
  var quiet = false

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs must be at least 1, found \(jobs)") }
  }

  func applied(to sharding: Sharding) -> Sharding {
    var sharding = sharding
    sharding.memory = memory?.bytes
    sharding.sync = !noSync
    return sharding
  }

  /// Runs it with a progress display, and prints how it ended.
  func run(_ sharding: Sharding) throws {
    Interruption.say(.again)
    let progress = ShardProgress(isSilent: quiet || json)
    let report = try sharding.run(observer: progress)
    progress.end()
    print(
      json
        ? try CanonicalJSON.text(ShardSummary.JSON(report)) : ShardSummary.text(report, out: sharding.shards),
      terminator: "")
  }
}
