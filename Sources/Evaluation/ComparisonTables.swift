import Foundation

/// A comparison as Markdown.
extension RunComparison {
  /// Means with their 95 % intervals, then each class's pairs with the p-values of both tests.
  public func markdown(measure: Measure) -> String {
    ([means] + classes.map { tests(measure, className: $0) }).joined(separator: "\n")
  }

  /// One line for each class and run, all measures in columns.
  private var means: String {
    var lines = ["## Mean [95 % interval, Student t] over \(runs[0].scores.cases.count) cases", ""]
    lines.append(Self.row(["class", "run"] + Measure.allCases.map(\.rawValue)))
    lines.append(Self.row(["---", "---"] + Measure.allCases.map { _ in "---:" }))
    for className in classes {
      for run in runs {
        let cells = Measure.allCases.map { Self.text(run.scores.mean(of: $0, className: className), $0) }
        lines.append(Self.row([className, run.name] + cells))
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func tests(_ measure: Measure, className: String) -> String {
    var lines = ["## \(className): \(measure.rawValue), pairs of runs", ""]
    lines.append(
      Self.row([
        "runs", "cases", "mean difference", "rank-sum p", "adjusted (Holm)", "signed-rank p", "adjusted (Holm)",
      ]))
    lines.append(Self.row(["---"] + Array(repeating: "---:", count: 6)))
    for pair in pairs(measure, className: className) {
      lines.append(
        Self.row([
          "\(runs[pair.first].name) - \(runs[pair.second].name)", "\(pair.cases)", Self.fixed(pair.difference, 4),
          Self.probability(pair.rankSum.p), Self.probability(pair.rankSumAdjusted),
          Self.probability(pair.signedRank.p), Self.probability(pair.signedRankAdjusted),
        ]))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func row(_ cells: [String]) -> String {
    "| " + cells.map { $0.replacingOccurrences(of: "|", with: "\\|") }.joined(separator: " | ") + " |"
  }

  /// `0.912 [0.880, 0.944]`, and how many cases are in none of it.
  public static func text(_ mean: MeanInterval, _ measure: Measure) -> String {
    let decimals = measure.isDistance ? 2 : 3
    var text = fixed(mean.mean, decimals)
    if mean.count > 1 { text += " [\(fixed(mean.lower, decimals)), \(fixed(mean.upper, decimals))]" }
    if mean.leftOut > 0 { text += " (\(mean.leftOut) left out)" }
    return text
  }

  private static func fixed(_ value: Double, _ decimals: Int) -> String {
    value.isNaN ? "-" : String(format: "%.\(decimals)f", value)
  }

  /// Four decimals; smaller ones as powers of ten.
  private static func probability(_ p: Double) -> String {
    if p.isNaN { return "-" }
    return String(format: p < 0.0001 && p > 0 ? "%.1e" : "%.4f", p)
  }
}
