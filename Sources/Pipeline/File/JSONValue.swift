/// A JSON document in memory, written the same way every time: keys sorted by their bytes, numbers as short as they can be.
public enum JSONValue: Sendable, Equatable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A finite number.
  case number(Double)
  /// A text.
  case text(String)
  /// A list.
  case array([JSONValue])
  /// A mapping.
  case object([String: JSONValue])

  /// The shortest decimal that reads back as the same number; a whole number has no fraction.
  public static func text(of number: Double) -> String {
    if number == number.rounded(), abs(number) < 0x1p53 { return "\(Int(number))" }
    return "\(number)"
  }

  /// The document without any blanks: what digests are made of.
  public var canonicalText: String { written(indentation: nil) }

  /// The document with two blanks of indentation; lists and mappings of plain values stay on a line.
  public var prettyText: String { written(indentation: 0) + "\n" }

  private func written(indentation: Int?) -> String {
    switch self {
    case .null: "null"
    case .bool(let bool): "\(bool)"
    case .number(let number): Self.text(of: number)
    case .text(let text): Self.quoted(text)
    case .array(let items):
      Self.enclosed("[", items.map { (nil, $0) }, "]", indentation)
    case .object(let members):
      Self.enclosed(
        "{", members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map { ($0.key, $0.value) }, "}",
        indentation)
    }
  }

  private var isPlain: Bool {
    switch self {
    case .array(let items): items.isEmpty
    case .object(let members): members.isEmpty
    default: true
    }
  }

  private static func enclosed(
    _ opening: String, _ members: [(key: String?, value: JSONValue)], _ closing: String, _ indentation: Int?
  ) -> String {
    guard let indentation else {
      return opening + members.map { label($0.key, ":") + $0.value.written(indentation: nil) }.joined(separator: ",")
        + closing
    }
    if members.allSatisfy({ $0.value.isPlain }) {
      return opening + members.map { label($0.key, ": ") + $0.value.written(indentation: 0) }.joined(separator: ", ")
        + closing
    }
    let margin = String(repeating: " ", count: indentation + 2)
    let lines = members.map { margin + label($0.key, ": ") + $0.value.written(indentation: indentation + 2) }
    return "\(opening)\n\(lines.joined(separator: ",\n"))\n\(margin.dropLast(2))\(closing)"
  }

  private static func label(_ key: String?, _ separator: String) -> String {
    key.map { quoted($0) + separator } ?? ""
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value):
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}

extension JSONValue: Codable {
  /// Takes in whatever JSON there is.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let bool = try? container.decode(Bool.self) {
      self = .bool(bool)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let items = try? container.decode([JSONValue].self) {
      self = .array(items)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  /// Writes the document as the encoder likes; whole numbers go out as integers.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let bool): try container.encode(bool)
    case .number(let number):
      if let integer = Int(exactly: number) { try container.encode(integer) } else { try container.encode(number) }
    case .text(let text): try container.encode(text)
    case .array(let items): try container.encode(items)
    case .object(let members): try container.encode(members)
    }
  }
}
