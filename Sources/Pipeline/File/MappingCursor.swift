import Yams

/// A mapping whose keys are segprep's: what is asked for is read, and what nobody asks for is refused.
struct MappingCursor {
  let value: FileValue
  private let accepted: [String]
  private let values: [String: FileValue]

  /// The keys that are there, in the order of the file.
  let keys: [String]

  /// Takes the mapping in; nothing written (`zscore` or `zscore:`) is a mapping without keys.
  ///
  /// - Throws: where the value is no mapping, or a key is not among the accepted ones.
  init(_ value: FileValue, accepting accepted: [String]) throws(PipelineError) {
    self.value = value
    self.accepted = accepted
    if case .nothing = value.scalar {
      values = [:]
      keys = []
      return
    }
    let entries = try value.entries(of: "with the keys \(accepted.joined(separator: ", "))")
    var values: [String: FileValue] = [:]
    for entry in entries {
      guard accepted.contains(entry.name) else {
        throw .unknownKey(entry.key.place, key: entry.name, accepted: accepted)
      }
      guard values.updateValue(entry.value, forKey: entry.name) == nil else {
        throw .repeatedKey(entry.key.place, key: entry.name)
      }
    }
    self.values = values
    keys = entries.map(\.name)
  }

  /// The value of a key that may be left out.
  func optional(_ key: String) -> FileValue? {
    precondition(accepted.contains(key), "\(key) is read but was not accepted")
    return values[key]
  }

  /// The value of a key that has no default.
  func required(_ key: String) throws(PipelineError) -> FileValue {
    guard let found = optional(key) else {
      throw .missingKey(value.place, key: key, mapping: value.path, found: keys)
    }
    return found
  }

  /// Refuses keys that belong to other choices than the one that was made.
  ///
  /// - Parameters:
  ///   - kind: What the choice is called.
  ///   - keys: The keys that go with a choice.
  func refuseKeys<Choice: RawRepresentable<String> & CaseIterable>(
    thatDoNotGoWith choice: Choice, called kind: String, keys keysOf: (Choice) -> [String]
  ) throws(PipelineError) {
    for key in keys where !keysOf(choice).contains(key) {
      let owners = Choice.allCases.filter { keysOf($0).contains(key) }.map(\.rawValue)
      throw (optional(key) ?? value).refusal(
        "does not go with the \(kind) \(choice.rawValue)", expected: FileValue.alternatives(keysOf(choice)), found: key,
        advice: "it belongs to the \(kind) \(FileValue.alternatives(owners))")
    }
  }
}
