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
      MODEL is a checkpoint, or the folder of a training, whose best one is taken. CASES are prepared ones (the folder or \
      one file), or raw ones: a data set, or one image. Raw cases go through the stages of --pipeline without their labels.

      Patches of the shape that was trained on cover each case, each overlapping the next by half; the classes' \
      probabilities are averaged with a weight that falls towards a patch's edge. The greatest wins, and DIR/CASE.nii.gz \
      gets the classes on the grid and in the orientation of the raw image, each voxel from the prepared one nearest to it.

      Stages that need a label cannot be run on a case to predict: such pipelines are refused. Of raw cases also those \
      that measure the data set; ingest the cases with it, and predict the prepared folder.

      Exit code 1 where a case fails; the others are done.

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

  @Flag(help: "Replace files that are there already.")
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
      let checkpoint = try Checkpoint(path: try ModelFile.path(of: model))
      let head = checkpoint.head
      let plan = try pipeline.map(Plan.read)
      if let plan, plan.shardsDigest != head.shardsDigest {
        printError(
          "segprep: note: \(plan.sourceFile) is not the pipeline that the model was trained with: what it says of stages, "
            + "folds or patches is another; raw cases may be prepared otherwise than the model knows them")
      }
      let found = try PredictionCases(
        path: cases, plan: plan,
        model: .init(channels: head.channels, classes: head.classes, fold: head.fold), only: only?.identifiers,
        fold: fold)
      if !overwrite { try refuseOccupied(found.identifiers) }
      let device = try Device(device)
      try Torch.prepare(threads: threads, device: device)
      let predictor = try Predictor(checkpoint, weights: weights, batch: batch, device: device)
      try Folder.make(out)
      let failures = try predict(found, with: predictor)
      guard failures > 0 else { return }
      throw ExitCode(failures < found.identifiers.count ? 1 : 2)
    }
  }

  private func path(of identifier: String) -> String { Folder.join(out, identifier + ".nii.gz") }

  private func refuseOccupied(_ identifiers: [String]) throws {
    guard let first = identifiers.first(where: { Folder.isFile(path(of: $0)) }) else { return }
    throw OccupiedFile(path: path(of: first))
  }

  /// Predicts case by case; returns how many failed.
  /// - Throws: a full disk, which every case would meet.
  private func predict(_ found: PredictionCases, with predictor: Predictor) throws -> Int {
    let workers = Workers(count: threads)
    defer { workers.stop() }
    let line = TerminalLine()
    var failures = 0
    for (index, identifier) in found.identifiers.enumerated() {
      let start = Date()
      do {
        let item = try found.load(index, on: workers)
        let label = try predictor.segment(item) { done, all in
          guard !quiet, line.isDue else { return }
          line.draw("[\(index + 1)/\(found.identifiers.count)] \(identifier): patch \(done) of \(all)")
        }
        switch grid {
        case .raw: try item.raw.write(label, to: path(of: identifier))
        case .prepared: try label.write(to: path(of: identifier))
        }
        if !quiet {
          line.clear()
          print("\(path(of: identifier)) (\(Quantity.seconds(Date().timeIntervalSince(start))))")
        }
      } catch let error as FileError where error.isOutOfSpace {
        throw error
      } catch {
        if !quiet { line.clear() }
        printError("segprep: \(identifier): \(error)")
        failures += 1
      }
    }
    return failures
  }
}

/// A prediction that is there already.
struct OccupiedFile: Error, CustomStringConvertible {
  var path: String

  var description: String {
    "\(path): is there already, found a file, expected nothing; choose another --out, or give --overwrite"
  }
}

/// The checkpoint that a path means.
private enum ModelFile {
  static func path(of model: String) throws -> String {
    guard Folder.isFolder(model) else { return model }
    let names = ["best.safetensors", "last.safetensors"]
    guard let name = names.first(where: { Folder.isFile(Folder.join(model, $0)) }) else { throw Missing(path: model) }
    return Folder.join(model, name)
  }

  private struct Missing: Error, CustomStringConvertible {
    var path: String

    var description: String {
      "\(path): no model there, found neither best.safetensors nor last.safetensors, expected the folder of a training; "
        + "train one with `segprep train`"
    }
  }
}

extension WindowWeighting: ExpressibleByArgument {}
