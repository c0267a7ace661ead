import Datasets

/// The keys `labels` and `label_map` of a data set.
enum LabelReader {
  /// What a label file's integers can be, as far as anybody uses them.
  private static let rawValues = -(1 << 31) + 1..<1 << 31

  static func read(_ labels: FileValue, map: FileValue?) throws(PipelineError) -> LabelScheme {
    let classes = try self.classes(labels)
    guard let map else { return LabelScheme(classes: classes) }
    let (values, rest) = try self.map(map, classes)
    return LabelScheme(classes: classes, map: values, rest: rest)
  }

  private static func classes(_ value: FileValue) throws(PipelineError) -> [LabelClass] {
    var classes: [LabelClass] = []
    for entry in try value.entries(of: "of class names to values") {
      let name = try self.name(entry.key, entry.value)
      guard !classes.contains(where: { $0.name == name }) else { throw .repeatedKey(entry.key.place, key: name) }
      let label = LabelClass(name: name, value: UInt8(try entry.value.integer(in: 0...254)))
      if let same = classes.first(where: { $0.value == label.value }) {
        throw entry.value.refusal("has the value of `\(same.name)` too", expected: "a value of its own")
      }
      if name == "background", label.value != 0 {
        throw entry.value.refusal("is not 0", expected: "0 for the background")
      }
      classes.append(label)
    }
    guard classes.contains(where: { $0.value == 0 }) else {
      throw value.refusal(
        "has no class 0", expected: "background: 0 among them",
        found: classes.isEmpty ? "nothing" : classes.map { "\($0.name): \($0.value)" }.joined(separator: ", "))
    }
    return classes
  }

  private static func name(_ key: FileValue, _ value: FileValue) throws(PipelineError) -> String {
    if case .number = key.scalar, case .text(let name) = value.scalar {
      throw key.refusal(
        "is a value where a name belongs", expected: "\(name): \(key.path.split(separator: ".").last ?? "")")
    }
    return try key.text()
  }

  private static func map(
    _ value: FileValue, _ classes: [LabelClass]
  ) throws(PipelineError) -> (values: [Int: UInt8], rest: UInt8?) {
    var values: [Int: UInt8] = [:]
    var rest: UInt8?
    for entry in try value.entries(of: "of raw values to classes") {
      let target = UInt8(try entry.value.integer(in: 0...254))
      guard classes.contains(where: { $0.value == target }) else {
        let known = FileValue.alternatives(classes.map(\.value).sorted().map(String.init))
        throw entry.value.refusal("is not a class", expected: known, advice: "declare it in labels")
      }
      if entry.name == "rest" {
        guard rest == nil else { throw .repeatedKey(entry.key.place, key: entry.name) }
        rest = target
        continue
      }
      // JSON's keys are texts, so a quoted number is one too.
      guard let raw = Int(entry.name), "\(raw)" == entry.name, rawValues.contains(raw) else {
        throw entry.key.refusal("is not a raw value", expected: "a whole number or rest")
      }
      guard values.updateValue(target, forKey: raw) == nil else { throw .repeatedKey(entry.key.place, key: entry.name) }
    }
    let reached = Set(values.values).union(rest.map { [$0] } ?? [])
    if let lost = classes.first(where: { !reached.contains($0.value) }) {
      throw value.refusal(
        "leads to no voxel of class \(lost.value) (\(lost.name))", expected: "a raw value for each class",
        found: values.isEmpty
          ? "nothing" : values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", "),
        advice: "map one to it, or remove it from labels")
    }
    return (values, rest)
  }
}
