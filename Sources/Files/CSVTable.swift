/// A CSV file with a header line, in which every line has as many fields as the header.
public struct CSVTable: Sendable {
  /// The file's path, for messages.
  public let file: String
  /// The names of the columns.
  public let header: CSVLine
  /// The lines below the header that are not blank.
  public let rows: [CSVLine]

  /// Reads the text of a CSV file.
  /// - Throws: `CSVError`.
  public init(_ text: String, file: String) throws(CSVError) {
    self.file = file
    var lines = try CSVLine.lines(of: text, file: file)[...]
    guard let header = lines.popFirst() else {
      throw CSVError(file, "holds nothing", found: "no line", expected: "a header line and a line for each case")
    }
    self.header = header
    for row in lines where row.fields.count != header.fields.count {
      throw CSVError(
        row.place, "the line does not fit the header", found: "\(row.fields.count) fields",
        expected: "\(header.fields.count)")
    }
    rows = Array(lines)
  }

  /// The place of a column among the fields.
  /// - Throws: `CSVError` where there is none.
  public func column(_ name: String) throws(CSVError) -> Int {
    if let place = header.fields.firstIndex(of: name) { return place }
    let isOtherwiseSeparated = header.fields.count == 1 && header.fields[0].contains { ";\t".contains($0) }
    throw CSVError(
      header.place, "there is no column `\(name)`", found: header.fields.joined(separator: ", "),
      expected: "`\(name)` among the names of the header line",
      advice: isOtherwiseSeparated ? "separate the fields by commas" : "")
  }
}

/// What is wrong with a CSV file.
public struct CSVError: Error, Equatable, CustomStringConvertible {
  /// The file, with the line where there is one: `groups.csv:3`.
  public var place: String
  /// What is wrong.
  public var problem: String
  /// What is there.
  public var found: String
  /// What should be there.
  public var expected: String
  /// What to do, if that is not plain.
  public var advice: String

  /// A problem of the file at `place`.
  public init(_ place: String, _ problem: String, found: String, expected: String, advice: String = "") {
    self.place = place
    self.problem = problem
    self.found = found
    self.expected = expected
    self.advice = advice
  }

  /// The line that the user sees.
  public var description: String {
    "\(place): \(problem), found \(found), expected \(expected)" + (advice.isEmpty ? "" : "; \(advice)")
  }
}
