import Files

extension ScoreTable {
  /// Reads a scores.csv, or the one in a run's folder.
  /// - Throws: `FileError`, `CSVError`.
  public static func read(_ path: String) throws -> ScoreTable {
    let file = Folder.isFolder(path) ? Folder.join(path, fileName) : path
    if file != path && !Folder.isFile(file) {
      throw CSVError(
        path, "no run with scores", found: "no \(fileName) in the folder",
        expected: "what `segprep evaluate` or `segprep train` wrote", advice: "evaluate the run first")
    }
    guard let text = String(validating: try OpenFile(reading: file).contents(), as: UTF8.self) else {
      throw CSVError(file, "is not text", found: "bytes that are not UTF-8", expected: "CSV in UTF-8")
    }
    return try ScoreTable(text, file: file)
  }

  /// Reads the text of a scores.csv; other columns than its own are passed over.
  public init(_ text: String, file: String) throws(CSVError) {
    self.init()
    let table = try CSVTable(text, file: file)
    var places: [Int] = []
    for column in Self.columns { places.append(try table.column(column)) }
    var seen = Set<[String]>()
    for row in table.rows {
      let names = places.prefix(2).map { row.fields[$0] }
      guard names.allSatisfy({ !$0.isEmpty }) else {
        throw CSVError(row.place, "a case or class is empty", found: "nothing", expected: "its name")
      }
      guard seen.insert(names).inserted else {
        throw CSVError(
          row.place, "\(names[0]) has its \(names[1]) twice", found: "another line", expected: "one line for each class"
        )
      }
      var values: [Double] = []
      for (measure, place) in zip(Measure.allCases, places.dropFirst(2)) {
        values.append(try Self.number(row.fields[place], measure, row.place))
      }
      let scores = ClassScores { measure in values[Measure.allCases.firstIndex(of: measure) ?? 0] }
      add(names[0], classes: [names[1]], [scores])
    }
    guard !rows.isEmpty else {
      throw CSVError(file, "holds no scores", found: "a header line alone", expected: "a line for each case and class")
    }
  }

  private static func number(_ text: String, _ measure: Measure, _ place: String) throws(CSVError) -> Double {
    guard let value = Double(text), value.isNaN || value >= 0, measure.isDistance || value.isNaN || value <= 1 else {
      throw CSVError(
        place, "`\(measure.rawValue)` is no score", found: text.isEmpty ? "nothing" : text,
        expected: measure.isDistance ? "a number from 0, inf or nan" : "a number from 0 to 1, or nan")
    }
    return value
  }
}
