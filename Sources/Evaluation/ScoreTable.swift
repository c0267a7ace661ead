import Files

/// The scores of cases and classes: what scores.csv holds, whichever command wrote it.
///
/// One line for each case and class with the columns `case`, `class` and those of `Measure`; nan and inf as Python reads
/// them; numbers that read back exactly.
public struct ScoreTable: Sendable {
  /// What the file is called in a run's folder.
  public static let fileName = "scores.csv"
  /// The columns of the file, in order.
  public static let columns = ["case", "class"] + Measure.allCases.map(\.rawValue)

  /// One class of one case.
  public struct Row: Sendable {
    /// The case's name in the data set.
    public var caseIdentifier: String
    /// The class's name.
    public var className: String
    /// How well it was found.
    public var scores: ClassScores

    /// The scores of a class in a case.
    public init(caseIdentifier: String, className: String, scores: ClassScores) {
      self.caseIdentifier = caseIdentifier
      self.className = className
      self.scores = scores
    }
  }

  /// Case by case.
  public private(set) var rows: [Row] = []

  /// A table of no cases yet.
  public init() {}

  /// Adds a case whose scores are those of the classes named.
  /// - Precondition: as many names as scores.
  public mutating func add(_ caseIdentifier: String, classes: [String], _ scores: [ClassScores]) {
    precondition(classes.count == scores.count, "\(scores.count) scores for \(classes.count) classes")
    rows += zip(classes, scores).map { Row(caseIdentifier: caseIdentifier, className: $0, scores: $1) }
  }

  /// The cases in the order of the rows, each once.
  public var cases: [String] { Self.distinct(rows.map(\.caseIdentifier)) }

  /// The classes in the order of the rows, each once.
  public var classes: [String] { Self.distinct(rows.map(\.className)) }

  /// A measure of a class by case, in the order of the rows.
  public func values(of measure: Measure, className: String) -> [Double] {
    rows.filter { $0.className == className }.map { $0.scores[measure] }
  }

  /// The mean of a measure of a class over the cases.
  public func mean(of measure: Measure, className: String) -> MeanInterval {
    MeanInterval(of: values(of: measure, className: className))
  }

  /// By class, the mean of a measure over the cases; classes for which it is not finite are left out.
  public func means(of measure: Measure) -> [String: Double] {
    Dictionary(uniqueKeysWithValues: classes.map { ($0, mean(of: measure, className: $0).mean) })
      .filter { $0.value.isFinite }
  }

  /// The text of scores.csv.
  public var csv: String {
    let lines = rows.map { row in
      let names = [row.caseIdentifier, row.className].map(CSVLine.quoted)
      return (names + Measure.allCases.map { "\(row.scores[$0])" }).joined(separator: ",")
    }
    return ([Self.columns.joined(separator: ",")] + lines).map { $0 + "\n" }.joined()
  }

  /// Writes scores.csv, whole or not at all.
  public func write(to path: String) throws { try AtomicFile.write(csv, to: path) }

  private static func distinct(_ names: [String]) -> [String] {
    var seen = Set<String>()
    return names.filter { seen.insert($0).inserted }
  }
}
