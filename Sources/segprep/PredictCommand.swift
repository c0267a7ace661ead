import ArgumentParser

/// `segprep predict` is `segprep-train predict`, as training is: both need libtorch.
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Segment cases with a trained network (needs libtorch; `segprep predict --help` says how).")

  @Argument(parsing: .captureForPassthrough, help: "What segprep-train understands.")
  var arguments: [String] = []

  func run() throws {
    try reporting { try TrainingProgram.become("predict", arguments) }
  }
}
