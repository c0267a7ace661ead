import ArgumentParser
import Augmentation
import Foundation
import Pipeline
import Prepared

struct AugmentCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "augment",
    abstract: "Draw a contact sheet of what augmentation makes of a case or a patch.",
    discussion: """
      The first picture is the patch as it is, the others are samples of it: mid slices in three planes, the label's \
      outlines, and what was drawn. Slices are shown as a radiologist sees them, the patient's right on the left, in one \
      window for all samples, so that changes of brightness are seen.

      Of a prepared case a patch of the pipeline's first patch set is shown, around the foreground; the whole case where \
      the pipeline has none. Of a shard, the patch with the most foreground, or the one that --patch names.

      Examples:
        segprep augment prepared/cases/case_00000.h5 \\
          --pipeline Pipelines/kits19.yaml --out sheet.png
        segprep augment shards/random/fold0-00000.h5 \\
          --pipeline Pipelines/kits19.yaml --patch 3 --samples 15 --out sheet.png
      """)

  @Argument(help: "A prepared case or a shard (.h5).")
  var file: String

  @Option(help: ArgumentHelp("The pipeline file whose section `augment` is shown.", valueName: "file"))
  var pipeline: String

  @Option(help: ArgumentHelp("The picture.", valueName: "file.png"))
  var out: String

  @Option(help: "Samples beside the original.")
  var samples = 7

  @Option(help: "Another seed gives other samples.")
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Which of a shard's patches, from 0.", valueName: "number"))
  var patch: Int?

  @Option(help: ArgumentHelp("Which channel is shown, from 1.", valueName: "number"))
  var channel = 1

  @Flag(help: "Print what was drawn as JSON, a record a sample.")
  var json = false

  func validate() throws {
    if !(1...200).contains(samples) { throw ValidationError("--samples must be from 1 to 200, found \(samples)") }
    if channel < 1 { throw ValidationError("--channel must be at least 1, found \(channel)") }
  }

  func run() throws {
    try reporting {
      let plan = try Plan.read(pipeline)
      let augment = try plan.config.requiredAugment(file: pipeline)
      let source = try SheetPatch(path: file, patch: patch, set: plan.config.patches.first)
      guard channel <= source.image.channels else {
        throw ValidationError("--channel must be at most \(source.image.channels), found \(channel)")
      }
      let statistics = augment.statistics == .case ? source.statistics : nil
      guard augment.statistics == .patch || statistics != nil else { throw SheetError.noCaseStatistics(path: file) }
      let augmenter = try Augmenter(
        transforms: augment.transforms, patchShape: source.shape, margin: source.margin, sampling: augment.sampling)
      let original = try source.sample(of: Augmenter(preset: .none, patchShape: source.shape, margin: source.margin), 0)
      let workspace = AugmentationWorkspace()
      var sheet = ContactSheet(original.image, channel: channel - 1, tiles: samples + 1)
      sheet.add(original.image, original.label, caption: "\(source.title), \(source.shape) voxels, as it is")
      var records: [AugmentationRecord] = []
      for number in 1...samples {
        let sample = try source.sample(
          of: augmenter, UInt32(number), seed: seed, statistics: statistics, workspace: workspace)
        sheet.add(sample.image, sample.label, caption: "\(number): \(sample.record.caption(channel: channel - 1))")
        records.append(sample.record)
      }
      try sheet.picture.write(to: out)
      if json { print(try CanonicalJSON.text(records), terminator: "") }
    }
  }
}
