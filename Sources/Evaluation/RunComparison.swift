/// Several runs over the same cases, each held against each other, class by class.
public struct RunComparison: Sendable {
  /// A run's scores, under the name that tables give it.
  public struct Run: Sendable {
    /// The name.
    public var name: String
    /// What was read of it.
    public var scores: ScoreTable

    /// A run's scores.
    public init(name: String, scores: ScoreTable) {
      self.name = name
      self.scores = scores
    }
  }

  /// Two runs, and how likely their difference would be if there were none.
  public struct Pair: Sendable {
    /// The first run's place among the runs.
    public var first: Int
    /// The second run's place.
    public var second: Int
    /// Cases in which both runs have a finite value: those that both tests are of.
    public var cases: Int
    /// The mean over those of the first run's value less the second's; nan where there are none.
    public var difference: Double
    /// The paper's test, which ignores that cases are paired. It is of the same cases as the other, none the less: a run
    /// that misses the hardest ones (at an infinite distance) would lose its own worst values alone, and look better.
    public var rankSum: RankSum
    /// Adjusted over the pairs of the class.
    public var rankSumAdjusted: Double
    /// The test that uses the pairing.
    public var signedRank: SignedRank
    /// Adjusted over the pairs of the class.
    public var signedRankAdjusted: Double
  }

  /// The runs, in the order in which they were given.
  public let runs: [Run]
  /// The classes, in the first run's order.
  public let classes: [String]

  /// Takes runs together.
  /// - Throws: `ComparisonError` where they are fewer than two, share a name, or have other cases or classes.
  public init(_ runs: [Run]) throws(ComparisonError) {
    guard let first = runs.first, runs.count > 1 else { throw .tooFew(runs.count) }
    for run in runs {
      try Self.hold(run, against: first, "cases") { $0.cases }
      try Self.hold(run, against: first, "classes") { $0.classes }
      let whole = run.scores.cases.count * run.scores.classes.count
      guard run.scores.rows.count == whole else {
        throw .incomplete(run: run.name, found: run.scores.rows.count, expected: whole)
      }
    }
    for (place, run) in runs.enumerated() where runs[..<place].contains(where: { $0.name == run.name }) {
      throw .sameName(run.name)
    }
    self.runs = runs
    classes = first.scores.classes
  }

  private static func hold(
    _ run: Run, against first: Run, _ what: String, _ names: (ScoreTable) -> [String]
  ) throws(ComparisonError) {
    let (found, expected) = (Set(names(run.scores)), Set(names(first.scores)))
    guard found != expected else { return }
    throw .different(
      what, run: run.name, other: first.name, only: found.subtracting(expected).sorted(),
      lacking: expected.subtracting(found).sorted())
  }

  /// Tests each pair of runs on a measure of a class.
  public func pairs(_ measure: Measure, className: String) -> [Pair] {
    let order = runs[0].scores.cases
    let values = runs.map { run in
      let rows = run.scores.rows.filter { $0.className == className }
      let byCase = Dictionary(rows.map { ($0.caseIdentifier, $0.scores[measure]) }) { first, _ in first }
      return order.map { byCase[$0] ?? .nan }
    }
    var pairs = runs.indices.flatMap { first in
      (first + 1..<runs.count).map { Self.pair(first, $0, values[first], values[$0]) }
    }
    let sums = HolmBonferroni.adjusted(pairs.map(\.rankSum.p))
    let signed = HolmBonferroni.adjusted(pairs.map(\.signedRank.p))
    for place in pairs.indices {
      pairs[place].rankSumAdjusted = sums[place]
      pairs[place].signedRankAdjusted = signed[place]
    }
    return pairs
  }

  private static func pair(_ first: Int, _ second: Int, _ x: [Double], _ y: [Double]) -> Pair {
    let both = zip(x, y).filter { $0.isFinite && $1.isFinite }
    let (paired, other) = (both.map(\.0), both.map(\.1))
    let difference = both.isEmpty ? .nan : both.reduce(0) { $0 + $1.0 - $1.1 } / Double(both.count)
    return Pair(
      first: first, second: second, cases: both.count, difference: difference,
      rankSum: RankSum(paired, other), rankSumAdjusted: .nan,
      signedRank: SignedRank(paired, other), signedRankAdjusted: .nan)
  }
}

/// Why runs cannot be compared.
public enum ComparisonError: Error, Equatable, CustomStringConvertible {
  case tooFew(Int)
  case sameName(String)
  /// Cases or classes that one run has alone.
  case different(String, run: String, other: String, only: [String], lacking: [String])
  /// A run that lacks a class of a case.
  case incomplete(run: String, found: Int, expected: Int)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .tooFew(let count):
      "a comparison needs several runs, found \(count), expected at least 2; name another run"
    case .sameName(let name):
      "\(name): the run is there twice, found the same name again, expected each run once"
    case .different(let what, let run, let other, let only, let lacking):
      "\(run): other \(what) than \(other), found \(Self.list(only, "more")) and \(Self.list(lacking, "fewer")), "
        + "expected the same \(what); evaluate both runs on the same \(what)"
    case .incomplete(let run, let found, let expected):
      "\(run): lacks scores, found \(found) lines, expected \(expected): one for each case and class; evaluate it again"
    }
  }

  private static func list(_ names: [String], _ word: String) -> String {
    guard !names.isEmpty else { return "none \(word)" }
    let shown = names.prefix(3).joined(separator: ", ")
    return "\(names.count) \(word) (\(shown)\(names.count > 3 ? ", ..." : ""))"
  }
}
