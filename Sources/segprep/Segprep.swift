import ArgumentParser
import Pipeline

/// The command line: one file per subcommand, nothing here but their list.
@main
struct Segprep: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "segprep",
    abstract: "Turns raw medical volumes into training data for 3D segmentation.",
    discussion: """
      A first session, without any data of your own:
        segprep synth kits19 --cases 6 --out raw
        segprep plan Pipelines/kits19.yaml
        segprep ingest raw --pipeline Pipelines/kits19.yaml --out prepared
        segprep inspect prepared
        segprep shard prepared --pipeline Pipelines/kits19.yaml --out shards
        segprep stream shards --pipeline Pipelines/kits19.yaml --set random --fold 0
        segprep train shards --pipeline Pipelines/kits19.yaml --fold 0 --out run

      Exit codes: 0 done; 1 some cases failed, the rest is done; 2 nothing could be done; 64 wrong usage or pipeline \
      file; 73 output not writable, or held by another run; 130 interrupted.
      """,
    version: Version.segprep,
    subcommands: [
      Synth.self, PlanCommand.self, IngestCommand.self, ShardCommand.self, VerifyCommand.self, RepairCommand.self,
      AugmentCommand.self, StreamCommand.self, TrainCommand.self, PredictCommand.self, EvaluateCommand.self,
      CompareCommand.self, ExportCommand.self, InspectCommand.self, Bench.self,
    ])
}
