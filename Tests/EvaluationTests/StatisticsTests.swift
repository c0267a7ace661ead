import TestSupport
import Testing

@testable import Evaluation

/// Golden numbers are SciPy 1.10.1's; the end-to-end tests hold many more against the SciPy that is installed.
struct StatisticsTests {
  static let x = [0.91, 0.85, 0.78, 0.95, 0.66, 0.71, 0.88]
  static let y = [0.89, 0.79, 0.79, 0.90, 0.58, 0.75, 0.85]

  @Test func rankSumEqualsSciPy() {
    // `ranksums`, whose variance knows no ties; then `mannwhitneyu`, whose does.
    let test = RankSum(Self.x, [0.89, 0.80, 0.79, 0.90, 0.60, 0.75, 0.81])
    #expect(isNear(test.z, 0.4472135954999579))
    #expect(isNear(test.p, 0.6547208460185769))
    #expect(isNear(RankSum([1, 2, 2, 3, 5, 5, 5, 8], [2, 2, 4, 5, 6, 9, 9]).p, 0.3160232806982427))
  }

  @Test func rankSumTurnsWithItsSamples() {
    #expect(RankSum(Self.x, Self.y).z == -RankSum(Self.y, Self.x).z)
    #expect(RankSum([1, 1], [1, 1, 1]).p == 1)
    #expect(RankSum([], [1]).p.isNaN)
  }

  @Test func signedRankEqualsSciPy() {
    let exact = SignedRank(Self.x, Self.y)
    #expect(exact.isExact && exact.statistic == 5.0)
    #expect(isNear(exact.p, 0.15625))
    let tied = SignedRank([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2, 2, 1, 4, 8, 5, 5, 11, 7, 12])
    #expect(!tied.isExact && tied.statistic == 15)
    #expect(isNear(tied.p, 0.6698153575994166))
  }

  @Test func signedRankOfNoDifference() {
    #expect(SignedRank([1, 2], [1, 2]).p == 1)
    #expect(SignedRank([], []).p.isNaN)
    #expect(SignedRank([2], [1]).p == 1)
  }

  /// All 2^n ways to sign the ranks.
  @Test func exactCountsAllSigns() {
    for n in 1...9 {
      let x = (1...n).map { Double($0) * ($0 % 3 == 0 ? -1 : 1) }
      let test = SignedRank(x, Array(repeating: 0, count: n))
      let ways = (0..<1 << n).filter { signs in
        (0..<n).reduce(0) { $0 + (signs >> $1 & 1 == 1 ? $1 + 1 : 0) } <= Int(test.statistic)
      }
      #expect(isNear(test.p, min(1, 2 * Double(ways.count) / Double(1 << n))))
    }
  }

  @Test(arguments: [
    (0.975, 1, 12.706204736432095), (0.975, 2, 4.302652729911275), (0.975, 4, 2.7764451051977987),
    (0.975, 30, 2.0422724563012373), (0.975, 203, 1.9717188484613175), (0.9, 7, 1.4149239276488585),
  ])
  func studentEqualsSciPy(probability: Double, degrees: Int, expected: Double) {
    #expect(isNear(StudentT.quantile(probability, degrees: degrees), expected, 1e-9))
  }

  @Test func meanIntervalEqualsSciPy() {
    let mean = MeanInterval(of: [0.91, 0.85, 0.78, .nan, 0.95, 0.66, .infinity, 0.71, 0.88])
    #expect(isNear(mean.mean, 0.82))
    #expect(isNear(mean.lower, 0.7209651842618575, 1e-9))
    #expect(isNear(mean.upper, 0.9190348157381426, 1e-9))
    #expect(mean.count == 7 && mean.leftOut == 2)
  }

  @Test func meanOfFewValues() {
    let one = MeanInterval(of: [3, .nan])
    #expect(one.mean == 3 && one.lower.isNaN && one.upper.isNaN && one.leftOut == 1)
    #expect(MeanInterval(of: []).mean.isNaN)
  }

  /// statsmodels' `multipletests(method="holm")`, worked out by hand.
  @Test func holmGoesDownStepByStep() {
    let adjusted = HolmBonferroni.adjusted([0.01, 0.04, 0.03, 0.005])
    #expect(zip(adjusted, [0.03, 0.06, 0.06, 0.02]).allSatisfy { isNear($0, $1) })
    #expect(HolmBonferroni.adjusted([0.6, 0.7]) == [1, 1])
    let withNone = HolmBonferroni.adjusted([.nan, 0.02, 0.03])
    #expect(withNone[0].isNaN && isNear(withNone[1], 0.04) && isNear(withNone[2], 0.04))
    #expect(HolmBonferroni.adjusted([]).isEmpty)
  }
}
