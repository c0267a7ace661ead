import ArgumentParser
import Console
import Evaluation
import Files
import Foundation
import Pipeline
import Prepared

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Score predicted segmentations against the true ones.",
    discussion: """
      Dice, precision and recall over voxels; HD95 and ASSD in millimetres between surfaces (voxels with a face to \
      something else), with the voxels' size from the affine. HD95 is the greater of the two directed 95th percentiles, \
      ASSD the mean over both surfaces' voxels, both as MONAI has them. Means have a 95 % interval by Student's t.

      A class that neither segmentation has is nan. One that a single segmentation has gets Dice 0 and infinite \
      distances. What is not finite is in no mean, and the table says how many.

      PRED holds CASE.nii.gz or CASE/segmentation.nii.gz, with the classes as values. TRUTH may be the same, a raw data \
      set (with --pipeline, whose label_map it goes through), or a folder of prepared cases. Two files will do too.

      Exit code 1 where a prediction is missing, cannot be read or lies on another grid; the rest is scored.

      Examples:
        segprep evaluate predicted prepared --fold 0 --out scores.csv
        segprep evaluate predicted raw --pipeline Pipelines/kits19.yaml
        segprep evaluate case_00000.nii.gz segmentation.nii.gz --labels kidney=1,tumour=2
      """)

  @Argument(help: "The predicted segmentations.")
  var pred: String

  @Argument(help: "The true ones: NIfTI, a raw data set, or prepared cases.")
  var truth: String

  @Option(help: ArgumentHelp("Names of the values.", valueName: "name=1,name=2"))
  var labels: LabelNames?

  @Option(help: "The pipeline file that names the classes and finds raw labels.")
  var pipeline: String?

  @Option(help: ArgumentHelp("Only these cases.", valueName: "a,b"))
  var cases: CaseList?

  @Option(help: "Only the prepared cases that this fold validates on.")
  var fold: Int?

  @Option(help: ArgumentHelp("Write every score here; a folder gets a scores.csv.", valueName: "file"))
  var out: String?

  @Flag(help: "Print JSON, for programs; scores that are not finite are null.")
  var json = false

  @Option(help: "Cases scored at a time.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "No table; errors only.")
  var quiet = false

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs must be at least 1, found \(jobs)") }
    if labels != nil && pipeline != nil { throw ValidationError("--labels and --pipeline both name classes; give one") }
  }

  func run() throws {
    try reporting {
      let config = try pipeline.map { try Plan.read($0).config }
      let evaluation = try SegmentationEvaluation(
        predictions: pred, truth: truth,
        classes: config.map { EvaluationClasses($0.dataset.labels) }
          ?? labels.map { EvaluationClasses(names: $0.names) },
        pipeline: config, fold: fold, only: cases?.identifiers)
      let outcome = try evaluation.run(jobs: jobs)
      for note in outcome.notes { printError("segprep: note: \(note)") }
      for failure in outcome.failed { printError("segprep: \(failure.caseIdentifier): \(failure.reason)") }
      if !outcome.ignored.isEmpty && !quiet {
        printError("segprep: note: predictions without a truth: \(outcome.ignored.joined(separator: ", "))")
      }
      guard !outcome.scores.rows.isEmpty else { throw ExitCode(2) }
      if let out {
        try outcome.scores.write(to: Folder.isFolder(out) ? Folder.join(out, ScoreTable.fileName) : out)
      }
      if json {
        print(try CanonicalJSON.text(ScoreReport(outcome)), terminator: "")
      } else if !quiet {
        print(ScoreReport.table(outcome.scores), terminator: "")
      }
      if !outcome.failed.isEmpty { throw ExitCode(1) }
    }
  }
}

/// What `--labels` says: `kidney=1,tumour=2`, blanks around of no meaning.
struct LabelNames: ExpressibleByArgument {
  /// By value, the background first; empty for a value without a name.
  let names: [String]

  init?(argument: String) {
    var byValue: [Int: String] = [0: "background"]
    for part in argument.split(separator: ",") {
      let sides = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard sides.count == 2, !sides[0].isEmpty, let value = Int(sides[1]) else { return nil }
      guard (0...255).contains(value) else { return nil }
      guard value == 0 || byValue.updateValue(sides[0], forKey: value) == nil else { return nil }
    }
    guard byValue.count > 1, Set(byValue.values).count == byValue.count else { return nil }
    names = (0...(byValue.keys.max() ?? 0)).map { byValue[$0] ?? "" }
  }
}
