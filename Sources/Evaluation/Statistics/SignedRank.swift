/// The Wilcoxon signed-rank test of paired values, two-sided; pairs without a difference are left out (Wilcoxon's rule).
///
/// Exact for up to 50 pairs where no difference is 0 and no two are as large; otherwise by the normal approximation with
/// the correction for ties and without one for continuity: SciPy's `wilcoxon(x, y, method="exact")` and
/// `wilcoxon(x, y, method="approx")`.
public struct SignedRank: Sendable, Equatable {
  /// The smaller of the rank sums of positive and of negative differences.
  public let statistic: Double
  /// The two-sided p-value; 1 where no pair differs, nan where there is none.
  public let p: Double
  /// Whether p counts all ways to sign the ranks.
  public let isExact: Bool

  private static let mostExact = 50

  /// Tests pairs of finite values.
  /// - Precondition: as many values in both.
  public init(_ x: [Double], _ y: [Double]) {
    precondition(x.count == y.count, "\(x.count) values cannot be paired with \(y.count)")
    let all = zip(x, y).map { $0 - $1 }
    let differences = all.filter { $0 != 0 }
    let ranked = Ranks(of: differences.map(abs))
    let positive = zip(differences, ranked.ranks).reduce(0) { $1.0 > 0 ? $0 + $1.1 : $0 }
    let n = Double(differences.count)
    statistic = min(positive, n * (n + 1) / 2 - positive)
    isExact =
      !differences.isEmpty && all.count == differences.count && ranked.ties == 0 && differences.count <= Self.mostExact
    if isExact {
      p = Self.exact(Int(statistic), ranks: differences.count)
    } else {
      let variance = (n * (n + 1) * (2 * n + 1) - ranked.ties / 2) / 24
      p = variance > 0 ? Normal.twoSided((statistic - n * (n + 1) / 4) / variance.squareRoot()) : all.isEmpty ? .nan : 1
    }
  }

  /// Twice the share of all ways to choose from the ranks 1 to `ranks` whose sum is at most `sum`.
  private static func exact(_ sum: Int, ranks: Int) -> Double {
    // Counts stay below 2^50, which a Double holds exactly.
    var ways = [Double](repeating: 0, count: ranks * (ranks + 1) / 2 + 1)
    ways[0] = 1
    for rank in 1...ranks {
      for total in stride(from: ways.count - 1, through: rank, by: -1) { ways[total] += ways[total - rank] }
    }
    return min(1, 2 * ways[0...sum].reduce(0, +) / ways.reduce(0, +))
  }
}
