import Pipeline
import Prepared
import Volumes

/// The end of an ingest: what was made, what was not and why, and what to do next.
enum IngestSummary {
  struct JSON: Encodable {
    var prepared: Int
    var kept: Int
    var gone: [String]
    var moved: [String]
    var excluded: [Manifest.Absent]
    var failed: [Manifest.Absent]
    var folds: Int
    var seconds: Double
    var warnings: [String]
    var cases: [CaseReport]

    init(_ report: IngestReport) {
      prepared = report.count(.prepared)
      kept = report.count(.kept)
      gone = report.gone
      moved = report.moved
      excluded = report.manifest.excluded
      failed = report.manifest.failed
      folds = report.manifest.folds
      seconds = report.seconds
      warnings = report.manifest.warnings
      cases = report.cases
    }
  }

  /// Cases listed one by one up to this many; a long list hides what matters.
  private static let listed = 20

  static func text(_ report: IngestReport, out: String, pruned: Bool) -> String {
    let manifest = report.manifest
    let made = report.cases.filter { $0.outcome == .prepared }.map(\.caseIdentifier)
    let entries = manifest.cases.filter { made.contains($0.caseIdentifier) }
    var text = ""
    if !entries.isEmpty {
      let shares = ClassNumbers(manifest.classes).foreground.map { "\(manifest.classes[$0]) %" }
      var table = TextTable(["prepared", "shape (z,y,x)", "fold", "size"] + shares)
      for entry in entries.prefix(listed) { table.add(row(entry, classes: manifest.classes)) }
      text += table.text
      if entries.count > listed { text += "... and \(entries.count - listed) more, all in \(out)/manifest.json\n" }
    }
    text += grouped("made anew", report.cases.compactMap { item in item.cause.map { (item.caseIdentifier, $0) } })
    text += grouped("left out", manifest.excluded.map { ($0.caseIdentifier, $0.reason) })
    text += grouped("FAILED", manifest.failed.map { ($0.caseIdentifier, $0.reason) })
    let fate = pruned ? "dropped" : "kept; --prune drops them"
    text += grouped("raw files gone", report.gone.map { ($0, fate) })
    if !report.moved.isEmpty {
      text += "warning: folds changed: \(Quantity.counted(report.moved.count, "case")) moved to another fold; "
      text += "a training begun before must not go on with these (`folds: {keep: true}` keeps them)\n"
    }
    for warning in manifest.warnings { text += "warning: \(warning)\n" }
    for entry in entries {
      for warning in entry.warnings { text += "warning: \(entry.caseIdentifier): \(warning)\n" }
    }
    let unlabelled = manifest.cases.count { !$0.isLabelled }
    let kept = report.count(.kept) > 0 ? "\(report.count(.kept)) kept as they were, " : ""
    text += "\n\(report.count(.prepared)) prepared, \(kept)\(manifest.excluded.count) left out, "
    text += "\(report.count(.failed)) failed in \(Quantity.seconds(report.seconds)); "
    text += manifest.folds > 0 ? "\(manifest.folds) folds" : "no folds"
    text += unlabelled > 0 ? "; \(unlabelled) without label: for prediction, in no fold\n" : "\n"
    if report.count(.prepared) > 0 {
      text += "Look: segprep inspect \(out)    Check: segprep export \(out) --out nifti\n"
    }
    return text
  }

  private static func row(_ entry: Manifest.Case, classes: [String]) -> [String] {
    let total = Double(entry.shape.reduce(1, *))
    let shares = ClassNumbers(classes).foreground.map { value -> String in
      guard let voxels = entry.statistics.classVoxels?[value] else { return "-" }
      return Quantity.number(Double(voxels) / total * 100, decimals: 3)
    }
    return [
      entry.caseIdentifier, entry.shape.map(String.init).joined(separator: "x"),
      entry.fold.map(String.init) ?? "-", Quantity.bytes(entry.bytes),
    ] + shares
  }

  /// Cases and what is to be said of them, those with one reason together.
  private static func grouped(_ word: String, _ cases: [(caseIdentifier: String, reason: String)]) -> String {
    var order: [String] = []
    var names: [String: [String]] = [:]
    for item in cases {
      if names[item.reason] == nil { order.append(item.reason) }
      names[item.reason, default: []].append(item.caseIdentifier)
    }
    return order.map { reason in
      let list = names[reason, default: []]
      let more = list.count > listed ? " and \(list.count - listed) more" : ""
      return "\(word): \(list.prefix(listed).joined(separator: ", "))\(more): \(reason)\n"
    }.joined()
  }
}
