import Foundation

/// JSON that is the same for the same values: sorted keys in snake_case, shortest numbers that read back exactly.
public enum CanonicalJSON {
  /// The JSON text of `value`, over several lines unless `compact`.
  public static func text(_ value: some Encodable, compact: Bool = false) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if !compact { encoder.outputFormatting.insert(.prettyPrinted) }
    return String(decoding: try encoder.encode(value), as: UTF8.self) + (compact ? "" : "\n")
  }

  /// Reads what `text` wrote.
  public static func value<Value: Decodable>(_ type: Value.Type, from json: Data) throws -> Value {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: json)
  }
}
