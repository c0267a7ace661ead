import Evaluation
import Pipeline
import Prepared

/// Scores as `evaluate --json` prints them: what is not finite is null, and counted where it is in no mean.
struct ScoreReport: Encodable {
  private struct Row: Encodable {
    var caseIdentifier: String
    var className: String
    var scores: [String: Double?]
  }

  private struct Mean: Encodable {
    var className: String
    var measure: String
    var mean: Double?
    var lower: Double?
    var upper: Double?
    var cases: Int
    var leftOut: Int
  }

  private var cases: [Row]
  private var means: [Mean]
  private var failed: [Manifest.Absent]

  init(_ outcome: SegmentationEvaluation.Outcome) {
    let table = outcome.scores
    cases = table.rows.map { row in
      Row(
        caseIdentifier: row.caseIdentifier, className: row.className,
        scores: Dictionary(
          uniqueKeysWithValues: Measure.allCases.map { ($0.rawValue, Self.finite(row.scores[$0])) }))
    }
    means = table.classes.flatMap { className in
      Measure.allCases.map { measure in
        let mean = table.mean(of: measure, className: className)
        return Mean(
          className: className, measure: measure.rawValue, mean: Self.finite(mean.mean),
          lower: Self.finite(mean.lower), upper: Self.finite(mean.upper), cases: mean.count, leftOut: mean.leftOut)
      }
    }
    failed = outcome.failed
  }

  private static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

  /// A line for each case and class, then the means.
  static func table(_ scores: ScoreTable) -> String {
    var rows = TextTable(ScoreTable.columns)
    for row in scores.rows {
      rows.add([row.caseIdentifier, row.className] + Measure.allCases.map { Quantity.score(row.scores[$0]) })
    }
    var means = TextTable(["mean [95 % interval]"] + Measure.allCases.map(\.rawValue))
    for className in scores.classes {
      means.add(
        [className]
          + Measure.allCases.map { RunComparison.text(scores.mean(of: $0, className: className), $0) })
    }
    return rows.text + "\n" + means.text
  }
}

extension Quantity {
  /// Four decimals; nan and inf as they are.
  fileprivate static func score(_ value: Double) -> String { value.isFinite ? number(value) : "\(value)" }
}
