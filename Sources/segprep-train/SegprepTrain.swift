import ArgumentParser

/// The commands that need libtorch; `segprep` starts this program for them.
@main
struct SegprepTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segprep",
    abstract: "Trains networks on shards, and predicts with them.",
    version: "0.1.0",
    subcommands: [TrainCommand.self, PredictCommand.self])
}
