import ArgumentParser
import Pipeline

/// The commands that need libtorch; `segprep` starts this program for them.
@main
struct SegprepTrain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segprep",
    abstract: "Trains networks on shards.",
    version: Version.segprep,
    subcommands: [TrainCommand.self])
}
