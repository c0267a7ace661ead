import Datasets
import Volumes
import Yams

extension FileValue {
  /// A finite number within a range; voxels are float32, so no number may be beyond those.
  func number(
    in range: ClosedRange<Double> = -Double(Float.greatestFiniteMagnitude)...Double(Float.greatestFiniteMagnitude),
    unit: String = "", kind: String = "a number"
  ) throws(PipelineError) -> Double {
    let isBounded = range.upperBound < Double(Float.greatestFiniteMagnitude)
    let bounds =
      isBounded ? " from \(JSONValue.text(of: range.lowerBound)) to \(JSONValue.text(of: range.upperBound))" : ""
    let expected = kind + bounds + (unit.isEmpty ? "" : " \(unit)")
    guard case .number(let number) = scalar else {
      let isQuoted: Bool
      if case .text(let text) = scalar { isQuoted = DecimalNumber.value(of: text) != nil } else { isQuoted = false }
      throw refusal("has the wrong type", expected: expected, advice: isQuoted ? "remove the quotes" : "")
    }
    guard number.isFinite else { throw refusal("is not finite", expected: expected) }
    guard range.contains(number) else {
      throw refusal("is out of range", expected: isBounded ? expected : "\(expected) that fits float32")
    }
    return number
  }

  /// A whole number within a range.
  func integer(in range: ClosedRange<Int>, unit: String = "") throws(PipelineError) -> Int {
    let kind = "a whole number"
    let number = try number(in: Double(range.lowerBound)...Double(range.upperBound), unit: unit, kind: kind)
    guard let integer = Int(exactly: number) else {
      throw refusal(
        "is not whole",
        expected: "\(kind) from \(range.lowerBound) to \(range.upperBound)" + (unit.isEmpty ? "" : " \(unit)"))
    }
    return integer
  }

  /// A text of one line, without blanks around it.
  func text() throws(PipelineError) -> String {
    switch scalar {
    case .text(let text):
      let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
      guard !words.isEmpty else { throw refusal("is empty", expected: "a text") }
      guard words.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
        throw refusal("has control characters", expected: "a text")
      }
      return words
    case .number, .truth: throw refusal("has the wrong type", expected: "a text", advice: "put it in quotes")
    default: throw refusal("has the wrong type", expected: "a text")
    }
  }

  func truth() throws(PipelineError) -> Bool {
    guard case .truth(let truth) = scalar else { throw refusal("has the wrong type", expected: "true or false") }
    return truth
  }

  /// One of a few words.
  ///
  /// - Parameter other: What else the value may be, for the message.
  func choice<Choice: RawRepresentable<String>>(
    _ choices: [Choice], or other: String? = nil
  ) throws(PipelineError) -> Choice {
    let names = choices.map(\.rawValue)
    let expected = Self.alternatives(names + (other.map { [$0] } ?? []))
    guard case .text(let text) = scalar else { throw refusal("has the wrong type", expected: expected) }
    guard let choice = choices.first(where: { $0.rawValue == text }) else {
      let advice = NearestName.to(text, among: names).map { "did you mean \($0)?" } ?? ""
      throw refusal("is not known", expected: expected, advice: advice)
    }
    return choice
  }

  func choice<Choice: RawRepresentable<String> & CaseIterable>() throws(PipelineError) -> Choice {
    try choice(Array(Choice.allCases))
  }

  /// One of a few whole numbers.
  func choice<Choice: RawRepresentable<Int>>(_ choices: [Choice]) throws(PipelineError) -> Choice {
    let expected = Self.alternatives(choices.map { "\($0.rawValue)" })
    guard case .number(let number) = scalar else { throw refusal("has the wrong type", expected: expected) }
    guard let choice = choices.first(where: { Double($0.rawValue) == number }) else {
      throw refusal("is not known", expected: expected)
    }
    return choice
  }

  /// The items of a list.
  func items(of what: String) throws(PipelineError) -> [FileValue] {
    guard case .sequence(let sequence) = node else {
      throw refusal("has the wrong type", expected: "a list of \(what)")
    }
    return sequence.enumerated().map { FileValue(node: $1, file: file, path: "\(path)[\($0)]") }
  }

  /// The keys and values of a mapping whose keys are the user's own, in the order of the file.
  func entries(of what: String) throws(PipelineError) -> [(key: FileValue, name: String, value: FileValue)] {
    guard case .mapping(let mapping) = node else {
      throw refusal("has the wrong type", expected: "a mapping \(what)")
    }
    var entries: [(key: FileValue, name: String, value: FileValue)] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        throw child("?", key).refusal("is a key of the wrong type", expected: "a plain key")
      }
      entries.append((child(scalar.string, key), scalar.string, child(scalar.string, value)))
    }
    return entries
  }

  /// A value for each spatial axis, all three named.
  func zyx<Axis>(_ read: (FileValue) throws(PipelineError) -> Axis) throws(PipelineError) -> ZYX<Axis> {
    let axes = try MappingCursor(self, accepting: ["z", "y", "x"])
    return ZYX(z: try read(axes.required("z")), y: try read(axes.required("y")), x: try read(axes.required("x")))
  }

  static func alternatives(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return "\(names.dropLast().joined(separator: ", ")) or \(last)"
  }
}
