import Volumes

/// Which keys a configuration is written with.
enum KeyDetail {
  /// All keys: the plan as run.
  case all
  /// The keys that differ from their defaults: what digests are made of.
  case differences
}

/// The keys of a mapping; those at their default are there only if all are wanted.
struct KeyWriter {
  let detail: KeyDetail
  private(set) var keys: [String: JSONValue] = [:]

  init(_ detail: KeyDetail) { self.detail = detail }

  mutating func put(_ key: String, _ value: JSONValue, default standard: JSONValue? = nil) {
    if detail == .all || value != standard { keys[key] = value }
  }

  var object: JSONValue { .object(keys) }
}

extension ZYX<Double> {
  var json: JSONValue { .object(["z": .number(z), "y": .number(y), "x": .number(x)]) }
}

extension ZYX<Int> {
  var json: JSONValue { map(Double.init).json }
}
