import ArgumentParser
import Pipeline

/// The commands that need libtorch; `segprep` starts this program for them.
@main
struct SegprepTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segprep",
    abstract: "Trains networks on shards, and predicts with them.",
    version: Version.segprep,
    subcommands: [TrainCommand.self, PredictCommand.self])
}
