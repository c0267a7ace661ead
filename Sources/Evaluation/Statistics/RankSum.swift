/// The Wilcoxon rank-sum test (Mann-Whitney U) of two samples, two-sided, which the paper uses.
///
/// By the normal approximation with the correction for ties and without one for continuity: the p of SciPy's
/// `mannwhitneyu(x, y, use_continuity=False, method="asymptotic")`, and where no two values are the same that of
/// `ranksums(x, y)`. It takes the samples for independent, which two runs over the same cases are not.
public struct RankSum: Sendable, Equatable {
  /// How many standard deviations the first sample's ranks lie above what is expected; nan for an empty sample.
  public let z: Double
  /// The two-sided p-value; 1 where all values are the same, nan for an empty sample.
  public let p: Double

  /// Tests two samples of finite values.
  public init(_ x: [Double], _ y: [Double]) {
    guard !x.isEmpty && !y.isEmpty else {
      (z, p) = (.nan, .nan)
      return
    }
    let ranked = Ranks(of: x + y)
    let (n1, n2) = (Double(x.count), Double(y.count))
    let n = n1 + n2
    let sum = ranked.ranks.prefix(x.count).reduce(0, +)
    let variance = n1 * n2 / 12 * (n + 1 - ranked.ties / (n * (n - 1)))
    z = variance > 0 ? (sum - n1 * (n + 1) / 2) / variance.squareRoot() : 0
    p = Normal.twoSided(z)
  }
}
