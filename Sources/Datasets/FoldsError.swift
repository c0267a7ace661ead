import Files

/// Why folds could not be made as the pipeline asks: what is wrong with the file that they come from.
public struct FoldsError: Error, Equatable, CustomStringConvertible {
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

  init(_ error: CSVError) {
    self.init(error.place, error.problem, found: error.found, expected: error.expected, advice: error.advice)
  }

  /// Labelled cases that the file does not speak of.
  static func missing(_ cases: [String], file: String, expected: String) -> FoldsError {
    // All are named: whoever mends the file needs the whole list.
    FoldsError(
      file, cases.count == 1 ? "a labelled case is missing" : "\(cases.count) labelled cases are missing",
      found: "nothing on \(cases.joined(separator: ", "))", expected: expected,
      advice: "add \(cases.count == 1 ? "it" : "them"), or leave \(cases.count == 1 ? "it" : "them") out with `exclude`"
    )
  }

  /// The line that the user sees.
  public var description: String {
    "\(place): \(problem), found \(found), expected \(expected)" + (advice.isEmpty ? "" : "; \(advice)")
  }
}

/// Runs what reads a CSV file; what is wrong with the file is what is wrong with the folds.
func readingTable<Result>(_ body: () throws(CSVError) -> Result) throws(FoldsError) -> Result {
  do { return try body() } catch { throw FoldsError(error) }
}
