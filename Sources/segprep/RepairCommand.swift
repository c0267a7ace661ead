import ArgumentParser
import Pipeline

struct RepairCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair",
    abstract: "Make damaged or missing shards anew from the prepared cases, byte for byte as they were.",
    discussion: """
      Looks at every file of SHARDS, and cuts those again whose bytes are not what the manifest states. The prepared cases \
      must be those that the shards were cut from; cases that were added since are left aside, and folds stay as they \
      were. Files that the manifest does not name, but a run could have written, are removed. Where the manifest itself \
      is damaged, what is prepared now decides, as for `segprep shard`.

      Examples:
        segprep repair shards --prepared prepared
      """)

  @Argument(help: "The folder that `segprep shard` wrote.")
  var shards: String

  @Option(help: ArgumentHelp("The folder of prepared cases.", valueName: "folder"))
  var prepared: String

  @OptionGroup var making: ShardOptions

  func run() throws {
    try reporting {
      try making.run(making.applied(to: try Sharding(repairing: shards, prepared: prepared, jobs: making.jobs)))
    }
  }
}
