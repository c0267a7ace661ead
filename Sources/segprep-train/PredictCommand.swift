import ArgumentParser
import Console
import Files
import Foundation
import Parallelism
import Pipeline
import Prediction
import Training
import Volumes

struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Segment cases with a trained network.",
    discussion: """
      MODEL is a checkpoint, or the folder of a training, whose best one is taken. CASES are prepared ones (the folder, or \
      one file in it), or raw ones: a data set, or one image. Raw cases go through the stages of --pipeline without their \
      labels.

      Patches of the shape that was trained on cover each case, each overlapping the next by half; the classes' \
      probabilities are averaged with a weight that falls towards a patch's edge. The greatest wins, and DIR/CASE.nii.gz \
      gets the classes on the grid and in the orientation of the raw image, each voxel from the prepared one nearest to it.

      Stages that need a label cannot be run on a case to predict: such pipelines are refused. Where stages have numbers \
      over the data set, the model knows them: raw cases are prepared by those, and prepared ones must have been.

      Exit code 1 where a case fails; the others are done. A run that was stopped is continued by the same command: DIR \
      says in predicted.json what made each file, and what another model or other settings made is not replaced unasked.

      Examples:
        segprep predict run prepared --fold 0 --out predicted
        segprep predict run/last.safetensors raw --pipeline Pipelines/kits19.yaml --cases 210,211 --out predicted
      """)

  @Argument(help: "A checkpoint, or the folder of a training.")
  var model: String

  @Argument(help: "Prepared cases, or raw ones.")
  var cases: String

  @Option(help: ArgumentHelp("The folder for CASE.nii.gz.", valueName: "folder"))
  var out: String

  @Option(help: ArgumentHelp("How raw cases are prepared: the model's pipeline file.", valueName: "file"))
  var pipeline: String?

  @Option(name: .customLong("cases"), help: ArgumentHelp("Only these cases.", valueName: "a,b"))
  var only: CaseList?

  @Option(help: "Only the prepared cases that this fold validates on.")
  var fold: Int?

  @Option(help: "Which grid to write on: raw, or prepared (to be held against prepared labels).")
  var grid = Grid.raw

  @Option(help: "How patches that overlap are averaged: gaussian or uniform.")
  var weights = WindowWeighting.gaussian

  // libtorch convolves a single small patch on the CPU by its slow way, eight times slower.
  @Option(help: "Patches that the network is given at a time.")
  var batch = 2

  @Option(help: "Where to compute: auto, cpu or cuda.")
  var device = Device.Choice.auto

  @Option(help: "Threads that compute on the CPU.")
  var threads = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Predict cases anew that are there already, whatever made them.")
  var overwrite = false

  @Flag(help: "Say nothing but errors.")
  var quiet = false

  enum Grid: String, CaseIterable, ExpressibleByArgument { case raw, prepared }

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch must be at least 1, found \(batch)") }
    if threads < 1 { throw ValidationError("--threads must be at least 1, found \(threads)") }
  }

  func run() throws {
    try reporting {
      let path = try ModelFile.path(of: model)
      let checkpoint = try Checkpoint(path: path)
      let head = checkpoint.head
      let plan = try pipeline.map(Plan.read)
      if let plan, plan.shardsDigest != head.shardsDigest, !quiet {
        printError(
          "segprep: note: \(plan.sourceFile) is not the pipeline that the model was trained with: what it says of stages, "
            + "folds or patches is another; raw cases may be prepared otherwise than the model knows them")
      }
      let found = try PredictionCases(
        path: cases, plan: plan,
        model: PredictionModel(
          channels: head.channels, classes: head.classes, ingestDigest: head.ingestDigest, trained: head.trained,
          fold: head.fold),
        only: only?.identifiers, fold: fold)
      let settings = PredictionSettings(
        model: try SHA256.hash(file: path).sha256, weights: weights.rawValue, grid: grid.rawValue)
      let folder = try PredictedFolder(out, for: found, settings, replacing: overwrite)
      if !quiet { say(found, left: folder.left.count) }
      guard !folder.left.isEmpty else { return }
      Interruption.say(overwrite ? .overwriting : .again)
      let device = try Device(device)
      try Torch.prepare(threads: threads, device: device)
      let predictor = try Predictor(checkpoint, weights: weights, batch: batch, device: device)
      let failures = try predict(found, into: folder, with: predictor)
      guard failures > 0 else { return }
      throw ExitCode(failures < found.identifiers.count ? 1 : 2)
    }
  }

  private func say(_ found: PredictionCases, left: Int) {
    for note in found.notes { printError("segprep: note: \(note)") }
    let all = found.identifiers.count
    guard left < all else { return }
    printError(
      "segprep: note: \(all - left) of \(all) cases are there already, by the same model and settings; "
        + "--overwrite predicts them anew")
  }

  /// Predicts case by case; returns how many failed.
  /// - Throws: a full disk, which every case would meet.
  private func predict(
    _ found: PredictionCases, into folder: PredictedFolder, with predictor: Predictor
  ) throws -> Int {
    let workers = Workers(count: threads)
    defer { workers.stop() }
    let line = TerminalLine()
    var failures = 0
    for (place, index) in folder.left.enumerated() {
      let identifier = found.identifiers[index]
      let start = Date()
      do {
        let item = try found.load(index, on: workers)
        let label = try predictor.segment(item) { done, all in
          guard !quiet, line.isDue else { return }
          line.draw("[\(place + 1)/\(folder.left.count)] \(identifier): patch \(done) of \(all)")
        }
        try folder.write(index) { path in
          switch grid {
          case .raw: try item.raw.write(label, to: path)
          case .prepared: try label.write(to: path)
          }
        }
        if !quiet {
          line.clear()
          print("\(folder.path(of: identifier)) (\(Quantity.seconds(Date().timeIntervalSince(start))))")
        }
      } catch let error as FileError where error.isOutOfSpace {
        throw error
      } catch {
        if !quiet { line.clear() }
        let reason = "\(error)"
        // What is wrong with a case as a whole says its name already.
        printError("segprep: " + (reason.hasPrefix(identifier + ": ") ? "" : identifier + ": ") + reason)
        failures += 1
      }
    }
    return failures
  }
}

extension WindowWeighting: ExpressibleByArgument {}
