import Randomness
import Testing

struct RandomStreamTests {
  /// The contract of DESIGN.md section 6, written out: whoever changes it changes every data set made so far.
  @Test func addressIsKeyAndCounter() {
    var stream = RandomStream(
      seed: 42, purpose: "augment", caseIdentifier: "case_00007", patch: 3, epoch: 5, occurrence: 2, transform: "Gamma")
    let generator = Philox4x64(
      key: SIMD2(42, StableHash.hash64("augment")),
      counter: SIMD4(
        0, StableHash.hash64("case_00007"), 3 << 32 | 5, 2 << 32 | UInt64(StableHash.hash32("Gamma"))))
    for word in 0..<9 { #expect(stream.next() == generator.block(UInt64(word / 4))[word % 4]) }
    #expect(stream.philox == generator)
  }

  @Test func copiesDrawTheSame() {
    var first = RandomStream(seed: 1, purpose: "test")
    _ = first.next()
    var second = first
    #expect((0..<10).map { _ in first.next() } == (0..<10).map { _ in second.next() })
  }

  @Test func eachPartOfTheAddressMatters() {
    var streams = [
      RandomStream(seed: 1, purpose: "a"), RandomStream(seed: 2, purpose: "a"), RandomStream(seed: 1, purpose: "b"),
      RandomStream(seed: 1, purpose: "a", caseIdentifier: "c"), RandomStream(seed: 1, purpose: "a", patch: 1),
      RandomStream(seed: 1, purpose: "a", epoch: 1), RandomStream(seed: 1, purpose: "a", occurrence: 1),
      RandomStream(seed: 1, purpose: "a", transform: "Mirror"),
    ]
    #expect(Set(streams.indices.map { streams[$0].next() }).count == streams.count)
  }

  /// The first words of a stream and what becomes of them, so that no release changes the draws unseen.
  @Test func drawsFollowTheWords() {
    var stream = RandomStream(seed: 7, purpose: "golden", caseIdentifier: "case_00000")
    let generator = stream.philox.block()
    #expect(stream.uniform() == Double(generator[0] >> 11) / 9_007_199_254_740_992)
    #expect(stream.integer(below: 1000) == Int(generator[1].multipliedFullWidth(by: 1000).high))
  }
}

struct DistributionTests {
  let count = 40_000

  @Test func uniformHasItsMoments() {
    var stream = RandomStream(seed: 1, purpose: "uniform")
    let values = (0..<count).map { _ in stream.uniform() }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    let (mean, variance, _, _) = moments(values)
    #expect(abs(mean - 0.5) < 0.006)  // four standard errors
    #expect(abs(variance - 1.0 / 12) < 0.0015)
  }

  @Test func rangesKeepTheirBounds() {
    var stream = RandomStream(seed: 2, purpose: "range")
    for _ in 0..<1000 {
      let value = stream.uniform(in: -3 ..< -2.5)
      #expect(value >= -3 && value < -2.5)
      #expect(stream.uniform(in: 1..<(1.0).nextUp) == 1)
      #expect((4...6).contains(stream.integer(in: 4...6)))
    }
    #expect(stream.integer(below: 1) == 0)
  }

  @Test(arguments: [2, 3, 7, 10]) func integersAreEquallyLikely(bound: Int) {
    var stream = RandomStream(seed: 3, purpose: "integers")
    var seen = [Int](repeating: 0, count: bound)
    for _ in 0..<count { seen[stream.integer(below: bound)] += 1 }
    let expected = Double(count) / Double(bound)
    let chiSquared = seen.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(chiSquared < 30)  // 9 degrees of freedom: p < .0005
  }

  @Test func largeBoundsAreUnbiased() {
    // With a bound of 3/4 of the range a plain remainder would land in the lower third twice as often.
    let bound = Int.max / 4 * 3
    var stream = RandomStream(seed: 4, purpose: "large")
    let low = (0..<count).count { _ in stream.integer(below: bound) < bound / 3 }
    #expect(abs(Double(low) / Double(count) - 1.0 / 3) < 0.01)
  }

  @Test func normalHasItsMoments() {
    var stream = RandomStream(seed: 5, purpose: "normal")
    let values = (0..<count).map { _ in stream.normal(mean: 10, standardDeviation: 2) }
    let (mean, variance, skew, kurtosis) = moments(values)
    #expect(abs(mean - 10) < 0.04)
    #expect(abs(variance - 4) < 0.12)
    #expect(abs(skew) < 0.05)
    #expect(abs(kurtosis - 3) < 0.1)
    #expect(values.allSatisfy { $0.isFinite })
    let within = Double(values.count { abs($0 - 10) < 2 }) / Double(count)
    #expect(abs(within - 0.6827) < 0.01)
  }

  @Test func shuffleGivesEachOrderEquallyOften() {
    var stream = RandomStream(seed: 6, purpose: "shuffle")
    var seen: [[Int]: Int] = [:]
    for _ in 0..<6000 {
      var values = [0, 1, 2]
      stream.shuffle(&values)
      seen[values, default: 0] += 1
    }
    #expect(seen.count == 6)
    #expect(seen.values.allSatisfy { abs($0 - 1000) < 130 })
    var none: [Int] = []
    stream.shuffle(&none)
    #expect(none.isEmpty)
  }

  @Test func choicesFollowTheirWeights() {
    var stream = RandomStream(seed: 8, purpose: "choice")
    let drawn = (0..<count).map { _ in stream.choice([("never", 0), ("often", 3), ("seldom", 1)]) }
    #expect(!drawn.contains("never"))
    #expect(abs(Double(drawn.count { $0 == "often" }) / Double(count) - 0.75) < 0.01)
    #expect((0..<100).count { _ in stream.chance(0) } == 0)
    #expect((0..<100).count { _ in stream.chance(1) } == 100)
  }

  private func moments(_ values: [Double]) -> (mean: Double, variance: Double, skew: Double, kurtosis: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    func central(_ power: Int) -> Double {
      values.reduce(0) { sum, value in sum + (0..<power).reduce(1.0) { product, _ in product * (value - mean) } }
        / Double(values.count)
    }
    let variance = central(2)
    return (mean, variance, central(3) / (variance * variance.squareRoot()), central(4) / (variance * variance))
  }
}
