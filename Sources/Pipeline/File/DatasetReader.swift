import Preprocessing
import Datasets

/// The `dataset` section.
enum DatasetReader {
  static func read(_ value: FileValue) throws(PipelineError) -> DatasetConfig {
    let section = try MappingCursor(
      value,
      accepting: ["layout", "channels", "images", "label", "labels", "label_map", "unlabelled", "exclude", "nonfinite"])
    let (layout, channels) = try ChannelReader.read(section)
    let labels = try LabelReader.read(section.required("labels"), map: section.optional("label_map"))
    var dataset = DatasetConfig(layout: layout, channels: channels, labels: labels)
    if let unlabelled = section.optional("unlabelled") { dataset.unlabelled = try unlabelled.choice() }
    if let exclude = section.optional("exclude") {
      for rule in try exclude.items(of: "rules") { dataset.exclude.append(try self.rule(rule, labels)) }
    }
    if let nonfinite = section.optional("nonfinite") { dataset.nonfinite = try self.nonfinite(nonfinite) }
    return dataset
  }

  private static func rule(_ value: FileValue, _ labels: LabelScheme) throws(PipelineError) -> ExclusionRule {
    let rule = try MappingCursor(value, accepting: ["cases", "class_absent", "reason"])
    let condition: ExclusionRule.Condition
    switch (rule.optional("cases"), rule.optional("class_absent")) {
    case (let cases?, nil): condition = .cases(try selectors(cases))
    case (nil, let name?):
      guard let label = labels.label(named: try name.text()) else {
        throw name.refusal(
          "is not a class", expected: FileValue.alternatives(labels.classes.map(\.name)))
      }
      condition = .classAbsent(label)
    default:
      throw value.refusal(
        "is not one rule", expected: "either cases or class_absent, and reason",
        found: rule.keys.isEmpty ? "nothing" : rule.keys.joined(separator: ", "))
    }
    return ExclusionRule(condition, reason: try rule.required("reason").text())
  }

  private static func selectors(_ value: FileValue) throws(PipelineError) -> [CaseSelector] {
    var selectors: [CaseSelector] = []
    for item in try value.items(of: "cases") {
      let selector: CaseSelector
      if case .text(let text) = item.scalar {
        // YAML 1.1 would read a plain 00015 as an octal 13, and as a text it would match no case.
        guard !text.allSatisfy({ $0.isASCII && $0.isNumber }) else {
          throw item.refusal("is neither a number nor an identifier", expected: "15, or the whole identifier")
        }
        selector = .identifier(try item.text())
      } else {
        selector = .number(try item.integer(in: 0...999_999_999))
      }
      guard !selectors.contains(selector) else { throw item.refusal("is there twice", expected: "each case once") }
      selectors.append(selector)
    }
    guard !selectors.isEmpty else { throw value.refusal("is empty", expected: "at least one case") }
    return selectors
  }

  private static func nonfinite(_ value: FileValue) throws(PipelineError) -> NonfinitePolicy {
    if case .text = value.scalar {
      _ = try value.choice([Word("fail")], or: "a number")
      return .fail
    }
    return .replace(try value.number(kind: "a number or fail"))
  }
}
