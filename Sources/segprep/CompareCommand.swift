import ArgumentParser
import Console
import Evaluation
import Files
import Foundation
import Parallelism
import Pictures
import Pipeline

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare runs over the same cases: means, and tests of each pair of runs.",
    discussion: """
      A RUN is a scores.csv, or the folder that holds one. Printed as Markdown: each class's means with 95 % intervals, \
      then for each pair of runs the Wilcoxon rank-sum test (the paper's; it ignores that cases are paired) and the \
      signed-rank test (which does not), with p-values adjusted by Holm and Bonferroni over the pairs of a class.

      Rank-sum: normal approximation, corrected for ties (SciPy's mannwhitneyu, asymptotic, without continuity). \
      Signed-rank: exact up to 50 pairs without ties and zeros, else as SciPy's approximation. Both are of the cases in \
      which both runs' scores are finite, whose number the table has. Runs of other cases or classes are refused.

      --figure draws the truth and each run's CASE.nii.gz, predicted with --grid prepared, side by side.

      Examples:
        segprep compare runs/dice runs/unified-focal
        segprep compare a.csv b.csv c.csv --measure hd95_mm --out tables.md
        segprep compare runs/* --figure segmentations.png --prepared prepared
      """)

  @Argument(help: "Runs: folders that hold a scores.csv, or such files.")
  var runs: [String]

  @Option(help: "What is tested: \(Measure.allCases.map(\.rawValue).joined(separator: ", ")).")
  var measure = Measure.dice

  @Option(help: ArgumentHelp("Write the tables here instead of printing them.", valueName: "file"))
  var out: String?

  @Option(help: ArgumentHelp("Draw the runs' segmentations into this PNG.", valueName: "file"))
  var figure: String?

  @Option(help: ArgumentHelp("The prepared cases that the figure shows.", valueName: "folder"))
  var prepared: String?

  @Option(help: ArgumentHelp("Cases in the figure; the first three without it.", valueName: "a,b"))
  var cases: CaseList?

  func validate() throws {
    if (figure == nil) != (prepared == nil) {
      throw ValidationError("--figure needs --prepared, and the other way round; give both or neither")
    }
  }

  func run() throws {
    try reporting {
      let names = Self.names(of: runs)
      let read = try zip(names, runs).map { RunComparison.Run(name: $0, scores: try ScoreTable.read($1)) }
      let text = try RunComparison(read).markdown(measure: measure)
      if let out { try AtomicFile.write(text, to: out) } else { print(text, terminator: "") }
      if let figure, let prepared { try draw(figure, prepared, names) }
    }
  }

  private func draw(_ figure: String, _ prepared: String, _ names: [String]) throws {
    let workers = Workers(count: ProcessInfo.processInfo.activeProcessorCount)
    defer { workers.stop() }
    let cases = try ComparedCase.read(
      prepared: prepared, runs: runs, only: cases?.identifiers, most: 3, on: workers)
    try ComparisonFigure(cases, runs: names).picture.write(to: figure)
  }

  /// The last name of each path, as long as that tells them apart.
  private static func names(of paths: [String]) -> [String] {
    let short = paths.map { path in
      let name = Folder.lastName(of: path)
      return name.hasSuffix(".csv") ? String(name.dropLast(4)) : name
    }
    return Set(short).count == short.count ? short : paths
  }
}

extension Measure: ExpressibleByArgument {}
