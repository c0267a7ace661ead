import ArgumentParser
import Console
import Datasets
import Foundation
import Pipeline
import Prepared

struct IngestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingest",
    abstract: "Prepare raw cases: load, check, run the stages, assign folds, write HDF5.",
    discussion: """
      RAW is a data set's folder, as the pipeline's layout has it:
        kits19   holds case_00000 and so on, or data/ with them
        brats20  holds BraTS20_Training_001 and so on, or the one folder with them
        nnunet   holds dataset.json, imagesTr, labelsTr, imagesTs
        msd      holds the Decathlon's dataset.json and what it lists
        pairs    is where the pipeline's patterns begin

      Each case becomes OUT/cases/<case>.h5; manifest.json, splits_final.json (nnU-Net) and datalist.json (MONAI) say what is there. \
      Every file is written whole or not at all. A case that fails is reported, and the others go on.

      Run it again and only what is new or has changed is made: raw files are compared by size, time and, where those \
      differ, content. A run that was stopped, by Ctrl-C or otherwise, goes on where it was. A case whose raw files are \
      missing or cannot be read fails, and what was prepared of it earlier stays.

      The same raw data and pipeline give the same bytes, whatever --jobs is. run_report.json (times, host) is the \
      one exception.

      Examples:
        segprep ingest kits19 --pipeline Pipelines/kits19.yaml --out prepared
        segprep ingest kits19 --pipeline Pipelines/kits19.yaml --out prepared \\
          --cases case_00000,case_00012
        segprep ingest kits19 --pipeline Pipelines/kits19.yaml --out prepared \\
          --dry-run
      """)

  @Argument(help: "The folder of raw cases.")
  var raw: String

  @Option(help: ArgumentHelp("The pipeline file.", valueName: "file"))
  var pipeline: String

  @Option(help: ArgumentHelp("The folder for prepared data.", valueName: "folder"))
  var out: String

  @Option(help: "Threads in all: cases side by side, and parts of a case once there are fewer cases than threads.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: ArgumentHelp("Only these cases; what is already prepared of the others stays.", valueName: "a,b"))
  var cases: CaseList?

  @Option(
    help: ArgumentHelp(
      "What the cases worked on at one time may take together; default 70 % of what is free.", valueName: "8GB"))
  var memory: ByteCount?

  @Flag(help: "Say what would be done, from names and headers alone; write nothing.")
  var dryRun = false

  @Flag(help: "Make every case anew, also those whose raw files and pipeline have not changed.")
  var force = false

  @Flag(help: "Drop prepared cases that the raw folder no longer has; without it they are reported and kept.")
  var prune = false

  @Flag(help: "Do not wait for the disk after each case: faster, but a power cut can lose cases named in the manifest.")
  var noSync = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(help: "No progress; the summary and errors only.")
  var quiet = false

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs must be at least 1, found \(jobs)") }
  }

  func run() throws {
    try reporting {
      let plan = try Plan.read(pipeline)
      var ingest = Ingest(plan: plan, raw: raw, prepared: out, only: cases?.identifiers, jobs: jobs)
      ingest.memory = memory?.bytes
      ingest.sync = !noSync
      ingest.redo = force
      ingest.prune = prune
      if dryRun {
        try show(try DryRun(ingest), unmatched: unmatched(plan.config.dataset))
        return
      }
      Interruption.say(force ? .forcing : .again)
      let progress = ProgressDisplay(isSilent: quiet || json)
      let report = try ingest.run(observer: progress)
      progress.end()
      if json {
        print(try CanonicalJSON.text(IngestSummary.JSON(report)), terminator: "")
      } else {
        print(IngestSummary.text(report, out: out, pruned: prune), terminator: "")
      }
      if report.exitCode != 0 { throw ExitCode(report.exitCode) }
    }
  }

  /// What the pipeline's rules leave out and the folder does not have; said before a run only, because a part of a data
  /// set lacks most of it and needs no reminder each time.
  private func unmatched(_ dataset: DatasetConfig) throws -> [CaseSelector] {
    let identifiers = try dataset.discover(raw).cases.map(\.identifier)
    return dataset.exclude.flatMap { $0.unmatched(among: identifiers) }
  }

  private func show(_ dryRun: DryRun, unmatched: [CaseSelector]) throws {
    if !unmatched.isEmpty {
      let names = unmatched.prefix(10).map(\.description).joined(separator: ", ")
      let more = unmatched.count > 10 ? " and \(unmatched.count - 10) more" : ""
      printError(
        "warning: `exclude` names cases that are not there: \(names)\(more); "
          + "look for a slip, unless this is a part of the data set")
    }
    print(json ? try CanonicalJSON.text(dryRun) : dryRun.text, terminator: "")
    if dryRun.exitCode != 0 { throw ExitCode(dryRun.exitCode) }
  }
}
