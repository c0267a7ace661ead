/// A CSV file with a header line, in which every line has as many fields as the header.
struct CSVTable {
  let file: String
  let header: CSVLine
  let rows: [CSVLine]

  init(_ text: String, file: String) throws(FoldsError) {
    self.file = file
    var lines = try CSVLine.lines(of: text, file: file)[...]
    guard let header = lines.popFirst() else {
      throw FoldsError(file, "holds nothing", found: "no line", expected: "a header line and a line for each case")
    }
    self.header = header
    for row in lines where row.fields.count != header.fields.count {
      throw FoldsError(
        row.place, "the line does not fit the header", found: "\(row.fields.count) fields",
        expected: "\(header.fields.count)")
    }
    rows = Array(lines)
  }

  /// The place of a column among the fields.
  func column(_ name: String) throws(FoldsError) -> Int {
    if let place = header.fields.firstIndex(of: name) { return place }
    let isOtherwiseSeparated = header.fields.count == 1 && header.fields[0].contains { ";\t".contains($0) }
    throw FoldsError(
      header.place, "there is no column `\(name)`", found: header.fields.joined(separator: ", "),
      expected: "`\(name)` among the names of the header line",
      advice: isOtherwiseSeparated ? "separate the fields by commas" : "")
  }
}
