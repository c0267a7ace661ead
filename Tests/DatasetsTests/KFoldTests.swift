import Files
import Testing

@testable import Datasets

@Suite struct MersenneTwisterTests {
  /// Origin: `np.random.RandomState(12345)._bit_generator.random_raw(5)`, numpy 2.4.6; likewise for the other seeds.
  @Test func drawsAreNumPys() {
    #expect(
      draws(5, seed: 12345) == [3_992_670_690, 3_823_185_381, 1_358_822_685, 561_383_553, 789_925_284])
    #expect(draws(3, seed: 0) == [2_357_136_044, 2_546_248_239, 3_071_714_933])
    #expect(draws(3, seed: .max) == [419_326_371, 479_346_978, 3_918_654_476])
  }

  /// Origin: SHA-256 of the shuffled indices joined by commas, `RandomState(12345).shuffle(np.arange(n))`, numpy 2.4.6.
  @Test(arguments: [
    (5, "b63ff89e0c1c6556df6ab50f9690b3e7046841c0c123e9d83d18bac6e3d02b28"),
    (20, "13f543d36318203c15089efc21a299bb36f0179c28bbbbf31f97fbb1fe14e5c4"),
    (204, "f459576fb1b2ab81e640c61b1de7e66349a3ca780c3c76e0c93fc7ca225781e1"),
    (342, "265fc9b92ae1aab5dd1d6ef5535f2aa97b814ecfd9cdb5aab5b9a869383ae4eb"),
  ])
  func shuffleIsNumPys(count: Int, hash: String) {
    var order = Array(0..<count)
    var generator = MersenneTwister(seed: 12345)
    generator.shuffle(&order)
    #expect(SHA256.hash(order.map(String.init).joined(separator: ",")) == hash)
    #expect(order.sorted() == Array(0..<count))
  }

  private func draws(_ count: Int, seed: UInt32) -> [UInt32] {
    var generator = MersenneTwister(seed: seed)
    return (0..<count).map { _ in generator.next32() }
  }
}

@Suite struct KFoldTests {
  /// Origin: `KFold(5, shuffle=True, random_state=12345)` of scikit-learn 1.9.1, the validation indices joined by commas
  /// and the folds by semicolons.
  @Test(arguments: [
    (5, [1, 1, 1, 1, 1], "f713271cf7aafa102178b18065aa950a4134011ec9250c7f808e236dbf905c59"),
    (20, [4, 4, 4, 4, 4], "10ff8d1037c7c2a6f5cd69e6798b0c9609fafc23ad34630dd5d0ec7d05152798"),
    (204, [41, 41, 41, 41, 40], "baebb7e49443f5f3b1d957528a23aafa1da816e9e8b4e97aded403ef5bd72061"),
    (342, [69, 69, 68, 68, 68], "6aba13464fe7b4d7da77eb365228fb6b01a71a940288f365934a1c0daee843b8"),
  ])
  func foldsAreScikitLearns(count: Int, sizes: [Int], hash: String) {
    let splits = KFold(count: 5, seed: 12345).splits((0..<count).map(identifier))
    let numbers = splits.folds.map { $0.validation.compactMap { Int($0.suffix(5)) } }
    #expect(numbers.map(\.count) == sizes)
    #expect(SHA256.hash(numbers.map { $0.map(String.init).joined(separator: ",") }.joined(separator: ";")) == hash)
    #expect(splits.warning == nil)
  }

  /// Origin: scikit-learn 1.9.1, written out.
  @Test func otherCountsAndSeedsAreScikitLearnsToo() {
    let seven = KFold(count: 3, seed: 0).splits((0..<7).map(identifier)).folds.map(\.validation)
    #expect(seven == [[1, 2, 6], [0, 3], [4, 5]].map { $0.map(identifier) })
    let ten = KFold(count: 4, seed: 1).splits((0..<10).map(identifier)).folds.map(\.validation)
    #expect(ten == [[2, 6, 9], [0, 3, 4], [1, 7], [5, 8]].map { $0.map(identifier) })
  }

  @Test func everyCaseIsValidatedOnceAndTrainedOnElsewhere() throws {
    let identifiers = (0..<23).map(identifier)
    let splits = KFold(count: 5, seed: 7).splits(identifiers)
    #expect(splits.folds.flatMap(\.validation).sorted() == identifiers)
    let assignments = try #require(splits.assignments)
    #expect(assignments.count == 23)
    for (fold, split) in splits.folds.enumerated() {
      #expect((split.train + split.validation).sorted() == identifiers)
      #expect(split.train == split.train.sorted() && split.validation == split.validation.sorted())
      #expect(split.validation.allSatisfy { assignments[$0] == fold })
    }
  }

  @Test func orderOfTheCasesDoesNotMatter() {
    let identifiers = (0..<30).map(identifier)
    let fold = KFold(count: 5, seed: 12345)
    #expect(fold.splits(identifiers.reversed()) == fold.splits(identifiers))
  }

  @Test func fewerCasesThanFoldsLowerTheCount() {
    let splits = KFold(count: 5, seed: 12345).splits(["b", "c", "a"])
    #expect(splits.folds.map(\.validation.count) == [1, 1, 1])
    #expect(splits.warning == "folds: 3 labelled cases are too few for 5 folds; the count is lowered to 3")
  }

  @Test func oneCaseIsForTrainingOnly() {
    let splits = KFold(count: 5, seed: 12345).splits(["only"])
    #expect(splits.folds.isEmpty && splits.assignments == nil && splits.training == ["only"])
    #expect(
      splits.warning
        == "folds: 1 labelled case is too few to split, expected at least 2; it is used for training only")
  }

  @Test func noCaseGivesNoFolds() {
    let splits = KFold(count: 5, seed: 12345).splits([])
    #expect(splits.folds.isEmpty && splits.training.isEmpty)
    #expect(
      splits.warning
        == "folds: 0 labelled cases are too few to split, expected at least 2; nothing can be trained on")
  }

  private func identifier(_ number: Int) -> String {
    let digits = String(number)
    return "case_" + String(repeating: "0", count: 5 - digits.count) + digits
  }
}
