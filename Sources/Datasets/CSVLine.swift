/// A line of a CSV file: fields between commas, in quotes where they hold commas; blanks around a field do not count.
struct CSVLine {
  let place: String
  let fields: [String]

  /// The lines that are not blank.
  static func lines(of text: String, file: String) throws(FoldsError) -> [CSVLine] {
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

  private static func fields(of line: Substring, place: String) throws(FoldsError) -> [String] {
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
      throw FoldsError(place, "a quote does not end", found: "an odd number of \"", expected: "both quotes in a line")
    }
    return fields + [trimmed(field)]
  }

  private static func trimmed(_ field: String) -> String {
    let tail = field.drop(while: \.isWhitespace)
    return String(tail.prefix(tail.count - tail.reversed().prefix(while: \.isWhitespace).count))
  }
}
