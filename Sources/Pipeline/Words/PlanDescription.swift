import Datasets
import Volumes

/// A plan in words: what `segprep plan` prints.
public enum PlanDescription {
  /// The plan as a page of text, parameters resolved, units named.
  public static func text(of plan: Plan) -> String {
    var page = Page()
    page.lines.append("\(plan.config.name), from \(plan.sourceFile)")
    describe(plan.config.dataset, on: &page)
    page.section("Preprocessing, in this order")
    if plan.config.preprocess.isEmpty { page.lines.append("  nothing: images and labels stay as they are") }
    for (index, stage) in plan.config.preprocess.enumerated() {
      let number = "\(index + 1)"
      page.entry(
        String(repeating: " ", count: max(0, 2 - number.count)) + "\(number)  \(stage.name.rawValue)",
        StageDescription.lines(of: stage))
    }
    page.section("Folds")
    page.lines += FoldsDescription.lines(of: plan).map { "  \($0)" }
    if !plan.config.patches.isEmpty {
      page.section("Patches, of labelled cases alone")
      for set in plan.config.patches { page.entry(set.name, PatchesDescription.lines(of: set)) }
      page.section("Shards")
      page.lines += PatchesDescription.lines(
        of: plan.config.shards, plan.config.patches, channels: plan.config.dataset.channels.count
      ).map { "  \($0)" }
    }
    if let augment = plan.config.augment {
      page.section("Augmentation")
      page.lines += AugmentDescription.lines(of: augment).map { "  \($0)" }
    }
    if plan.config.train != nil {
      page.section("Training")
      for (title, lines) in TrainDescription.entries(of: plan.config.training) { page.entry(title, lines) }
    }
    page.section("Digests (SHA-256 of what is not at its default)")
    page.entry("ingest", [plan.ingestDigest])
    page.entry("folds", [plan.foldsDigest])
    if let digest = plan.shardsDigest { page.entry("shards", [digest]) }
    if let digest = plan.trainDigest { page.entry("train", [digest]) }
    if !plan.notes.isEmpty {
      page.section("Notes")
      page.lines += plan.notes.map { "  \($0)" }
    }
    return page.lines.joined(separator: "\n") + "\n"
  }

  /// The plan as JSON, for programs: what is saved beside the data.
  public static func json(of plan: Plan) -> String { plan.json.prettyText }

  private static func describe(_ dataset: DatasetConfig, on page: inout Page) {
    page.section("Data set")
    page.entry("layout", ["\(dataset.layout.name.rawValue): \(dataset.layout.explanation)"])
    page.entry("channels", [dataset.channels.joined(separator: ", ")])
    page.entry("classes", [dataset.labels.classes.map { "\($0.value) \($0.name)" }.joined(separator: ", ")])
    page.entry("raw labels", rawLabels(dataset.labels))
    page.entry(
      "unlabelled",
      [dataset.unlabelled == .keep ? "kept: prepared for prediction, in no fold" : "left out"])
    page.entry("excluded", dataset.exclude.isEmpty ? ["no case"] : dataset.exclude.map(exclusion))
    switch dataset.nonfinite {
    case .fail: page.entry("NaN and Inf", ["are errors: the case fails"])
    case .replace(let value): page.entry("NaN and Inf", ["become \(JSONValue.text(of: value))"])
    }
  }

  private static func rawLabels(_ labels: LabelScheme) -> [String] {
    let others = labels.rest.map { "any other value is read as \($0)" } ?? "any other value is an error"
    if labels.isIdentity { return ["as the classes; \(others)"] }
    let map = labels.map.sorted { $0.key < $1.key }.map { raw, value in
      "\(raw) -> \(value) \(labels.label(valued: value)?.name ?? "")"
    }
    return ["\(map.joined(separator: ", ")); \(others)"]
  }

  private static func exclusion(_ rule: ExclusionRule) -> String {
    switch rule.condition {
    case .cases(let selectors):
      "\(selectors.count == 1 ? "case" : "cases") \(selectors.map(\.description).joined(separator: ", ")): \(rule.reason)"
    case .classAbsent(let label):
      "cases without a voxel of \(label.value) \(label.name): \(rule.reason)"
    }
  }
}

/// The lines of a page; what an entry says is aligned, and continues under its own first line.
private struct Page {
  var lines: [String] = []

  mutating func section(_ title: String) { lines += ["", title] }

  mutating func entry(_ title: String, _ body: [String]) {
    for (index, text) in body.enumerated() {
      let label = index == 0 ? title : ""
      lines.append("  \(label)\(String(repeating: " ", count: max(1, 14 - label.count)))\(text)")
    }
  }
}
