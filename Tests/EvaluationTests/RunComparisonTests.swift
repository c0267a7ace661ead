import Testing

@testable import Evaluation

struct RunComparisonTests {
  private func run(_ name: String, _ dice: [Double], cases: [String]? = nil, classes: [String] = ["kidney"])
    -> RunComparison.Run
  {
    var table = ScoreTable()
    for (place, value) in dice.enumerated() {
      let scores = ClassScores(dice: value, precision: value, recall: value, hd95: 10 * value, assd: value)
      table.add(
        cases?[place] ?? "case_\(place)", classes: classes, Array(repeating: scores, count: classes.count))
    }
    return .init(name: name, scores: table)
  }

  @Test func pairsAreTestedAndAdjusted() throws {
    let dice = [StatisticsTests.x, StatisticsTests.y, StatisticsTests.x.map { $0 / 2 }]
    let comparison = try RunComparison([run("a", dice[0]), run("b", dice[1]), run("c", dice[2])])
    let pairs = comparison.pairs(.dice, className: "kidney")
    #expect(pairs.map(\.first) == [0, 0, 1] && pairs.map(\.second) == [1, 2, 2])
    #expect(pairs[0].rankSum == RankSum(dice[0], dice[1]) && pairs[0].signedRank == SignedRank(dice[0], dice[1]))
    #expect(pairs.map(\.rankSumAdjusted) == HolmBonferroni.adjusted(pairs.map(\.rankSum.p)))
    #expect(pairs.map(\.signedRankAdjusted) == HolmBonferroni.adjusted(pairs.map(\.signedRank.p)))
    #expect(isNear(pairs[1].difference, 0.41))
  }

  @Test func casesArePairedByNameAndNotByPlace() throws {
    let a = run("a", [0.1, 0.2, 0.3, 0.9], cases: ["p", "q", "r", "s"])
    let b = run("b", [0.8, 0.3, 0.2, 0.1], cases: ["s", "r", "q", "p"])
    let pair = try RunComparison([a, b]).pairs(.dice, className: "kidney")[0]
    #expect(isNear(pair.difference, 0.025) && pair.cases == 4)
  }

  @Test func whatIsNotFiniteIsInNoTest() throws {
    let pair = try RunComparison([run("a", [.nan, 0.2, 0.4]), run("b", [0.5, .infinity, 0.3])])
      .pairs(.hd95, className: "kidney")[0]
    #expect(pair.cases == 1 && isNear(pair.difference, 1))
  }

  /// One run misses the hardest cases, whose distances are infinite then: they are in neither run's values.
  @Test func bothTestsAreOfTheCasesThatBothRunsHave() throws {
    let (easy, hard) = ([0.1, 0.2, 0.3, 0.4], [2.0, 3, 4])
    let pair = try RunComparison([
      run("a", easy + hard), run("b", easy.map { $0 + 0.05 } + hard.map { _ in .infinity }),
    ])
    .pairs(.hd95, className: "kidney")[0]
    #expect(pair.cases == 4)
    #expect(pair.rankSum == RankSum(easy.map { 10 * $0 }, easy.map { 10 * ($0 + 0.05) }))
  }

  @Test func theFirstRunIsHeldForCompletenessToo() {
    var holed = ScoreTable()
    let scores = ClassScores(dice: 0.5, precision: 0.5, recall: 0.5, hd95: 1, assd: 1)
    holed.add("p", classes: ["kidney", "tumour"], [scores, scores])
    holed.add("q", classes: ["kidney"], [scores])
    let whole = run("b", [0.1, 0.2], cases: ["p", "q"], classes: ["kidney", "tumour"])
    let error = #expect(throws: ComparisonError.self) {
      try RunComparison([RunComparison.Run(name: "a", scores: holed), whole])
    }
    #expect(error == .incomplete(run: "a", found: 3, expected: 4))
  }

  @Test func refusesRunsOfOtherCases() {
    let a = run("a", [0.1, 0.2], cases: ["p", "q"])
    let cases: [([RunComparison.Run], String)] = [
      ([a], "a comparison needs several runs, found 1, expected at least 2; name another run"),
      ([a, a], "a: the run is there twice, found the same name again, expected each run once"),
      (
        [a, run("b", [0.1, 0.2, 0.3], cases: ["p", "r", "s"])],
        "b: other cases than a, found 2 more (r, s) and 1 fewer (q), expected the same cases; "
          + "evaluate both runs on the same cases"
      ),
      (
        [a, run("b", [0.1, 0.2], cases: ["p", "q"], classes: ["tumour"])],
        "b: other classes than a, found 1 more (tumour) and 1 fewer (kidney), expected the same classes; "
          + "evaluate both runs on the same classes"
      ),
    ]
    for (runs, message) in cases {
      do {
        _ = try RunComparison(runs)
        Issue.record("expected a refusal: \(message)")
      } catch {
        #expect("\(error)" == message)
      }
    }
  }

  @Test func tablesAreMarkdown() throws {
    let text = try RunComparison([run("a|1", [0.5, 0.7]), run("b", [.nan, 0.6])]).markdown(measure: .dice)
    #expect(
      text == """
        ## Mean [95 % interval, Student t] over 2 cases

        | class | run | dice | precision | recall | hd95_mm | assd_mm |
        | --- | --- | ---: | ---: | ---: | ---: | ---: |
        | kidney | a\\|1 | 0.600 [-0.671, 1.871] | 0.600 [-0.671, 1.871] | 0.600 [-0.671, 1.871] | 6.00 [-6.71, 18.71] | 0.60 [-0.67, 1.87] |
        | kidney | b | 0.600 (1 left out) | 0.600 (1 left out) | 0.600 (1 left out) | 6.00 (1 left out) | 0.60 (1 left out) |

        ## kidney: dice, pairs of runs

        | runs | cases | mean difference | rank-sum p | adjusted (Holm) | signed-rank p | adjusted (Holm) |
        | --- | ---: | ---: | ---: | ---: | ---: | ---: |
        | a\\|1 - b | 1 | 0.1000 | 0.3173 | 0.3173 | 1.0000 | 1.0000 |

        """)
  }
}
