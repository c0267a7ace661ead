import Console
import Foundation
import Pipeline
import Training

/// Shows a training: a line that is redrawn on a terminal, and one for each epoch, on standard error; and its curves.
final class TrainingDisplay: TrainingObserver {
  private let isSilent: Bool
  private let curves: String
  private let line = TerminalLine()
  private var start: TrainingStart?
  private var epochStart = Date()
  private var runStart = Date()
  /// Of this process: those of an earlier one took none of its time.
  private var steps = (epoch: 0, run: 0)

  /// - Parameter curves: the file for the picture.
  init(isSilent: Bool, curves: String) { (self.isSilent, self.curves) = (isSilent, curves) }

  func began(_ start: TrainingStart) {
    self.start = start
    (epochStart, runStart) = (Date(), Date())
    guard !isSilent else { return }
    printError(
      "3D U-Net, \(start.network.summary): \(start.parameters) parameters, on \(start.device.rawValue); "
        + "\(Quantity.counted(start.patches, "patch", "patches")), "
        + Quantity.counted(start.batchesPerEpoch, "batch", "batches") + " an epoch")
    if start.batchesDone > 0 {
      printError("goes on in epoch \(start.epochsDone + 1), after batch \(start.batchesDone)")
    } else if start.epochsDone > 0 {
      printError("goes on after epoch \(start.epochsDone)")
    }
  }

  func stepped(_ step: TrainingStep) {
    steps = (steps.epoch + 1, steps.run + 1)
    guard !isSilent, line.isDue, let start else { return }
    let seconds = Date().timeIntervalSince(epochStart)
    let rate = Double(steps.epoch * step.samples) / max(seconds, 1e-3)
    line.draw(
      "[\(step.epoch)/\(start.epochs)] batch \(step.batch)/\(start.batchesPerEpoch) "
        + "loss \(Quantity.number(step.loss)) | \(Quantity.number(rate, decimals: 1)) patches/s, \(left)"
    )
  }

  func finished(_ epoch: EpochReport, all: [EpochReport]) throws {
    try TrainingCurves.write(all, to: curves)
    (epochStart, steps.epoch) = (Date(), 0)
    guard !isSilent, let start else { return }
    line.clear()
    var text = "[\(epoch.epoch)/\(start.epochs)] loss \(Quantity.number(epoch.trainingLoss))"
    if let loss = epoch.validationLoss { text += ", validation \(Quantity.number(loss))" }
    let dice = epoch.dice.sorted { $0.key < $1.key }.map { "\($0.key) \(Quantity.number($0.value, decimals: 3))" }
    if !dice.isEmpty { text += ", Dice \(dice.joined(separator: " "))" }
    let whole = (epoch.wholeCaseDice ?? [:]).sorted { $0.key < $1.key }.map {
      "\($0.key) \(Quantity.number($0.value, decimals: 3))"
    }
    if !whole.isEmpty { text += ", of whole cases \(whole.joined(separator: " "))" }
    text += epoch.isBest ? " (best)" : ""
    printError(
      "\(text) | \(Quantity.number(epoch.patchesPerSecond, decimals: 1)) patches/s, "
        + "\(Quantity.seconds(epoch.waitSeconds)) waited for data, \(left)")
  }

  func saved() { Interruption.say(.resuming) }

  func end() { if !isSilent { line.clear() } }

  private var left: String {
    guard let start, steps.run > 0 else { return "" }
    let perStep = Date().timeIntervalSince(runStart) / Double(steps.run)
    let rest = (start.epochs - start.epochsDone) * start.batchesPerEpoch - start.batchesDone - steps.run
    return "\(Quantity.seconds(perStep * Double(max(0, rest)))) left"
  }
}
