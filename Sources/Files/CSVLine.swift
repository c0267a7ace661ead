/// A line of a CSV file: fields between commas, in quotes where they hold commas; blanks around a field do not count.
public struct CSVLine: Sendable {
  /// The file and the line: `groups.csv:3`.
  public let place: String
  /// The fields, out of their quotes.
  public let fields: [String]

  /// A field as a file holds it: in quotes where it holds what separates fields.
  public static func quoted(_ field: String) -> String {
    let isPlain = !field.contains { $0 == "," || $0 == "\"" || $0.isNewline }
    if isPlain { return field }
    let parts = field.split(separator: "\"", omittingEmptySubsequences: false)
    return "\"" + parts.joined(separator: "\"\"") + "\""
  }

  /// The lines that are not blank.
  static func lines(of text: String, file: String) throws(CSVError) -> [CSVLine] {
    // Spreadsheets write a byte order mark.
    let text = text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
    var lines: [CSVLine] = []
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
    where !line.allSatisfy(\.isWhitespace) {
      let place = "\(file):\(index + 1)"
      lines.append(CSVLine(place: place, fields: try fields(of: line, place: place)))
    }
    return lines
  }

  private static func fields(of line: Substring, place: String) throws(CSVError) -> [String] {
    var (fields, field, isQuoted) = ([String](), "", false)
    var rest = line
    while let character = rest.popFirst() {
      if isQuoted && character == "\"" && rest.first == "\"" {
        field.append("\"")
        rest.removeFirst()
      } else if character == "\"" {
        isQuoted.toggle()
      } else if character == "," && !isQuoted {
        fields.append(trimmed(field))
        field = ""
      } else {
        field.append(character)
      }
    }
    guard !isQuoted else {
      throw CSVError(place, "a quote does not end", found: "an odd number of \"", expected: "both quotes in a line")
    }
    return fields + [trimmed(field)]
  }

  private static func trimmed(_ field: String) -> String {
    let tail = field.drop(while: \.isWhitespace)
    return String(tail.prefix(tail.count - tail.reversed().prefix(while: \.isWhitespace).count))
  }
}
