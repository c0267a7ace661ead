import ArgumentParser
import Pipeline

struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Print what a pipeline file will do, every default filled in.",
    discussion: """
      Reads and checks the file, and the one that its folds come from; nothing else is touched.

      Example:
        segprep plan Pipelines/kits19.yaml
      """)

  @Argument(help: "The pipeline file.")
  var file: String

  @Flag(help: "Print JSON, for programs.")
  var json = false

  func run() throws {
    try reporting {
      let plan = try Plan.read(file)
      print(json ? PlanDescription.json(of: plan) : PlanDescription.text(of: plan), terminator: "")
    }
  }
}
