import Testing

@testable import Datasets

@Suite struct CategoryFoldsTests {
  /// BraTS 2020's own numbers: 293 of a high grade, 76 of a low one.
  private let grades = Dictionary(uniqueKeysWithValues: (0..<369).map { ("c\($0)", $0 % 369 < 293 ? "HGG" : "LGG") })

  @Test(arguments: [2, 3, 5, 10], [0, 12345] as [UInt32])
  func everyCategoryAndTheWholeDifferByOneAtMost(count: Int, seed: UInt32) {
    let splits = CategoryFolds(count: count, seed: seed).splits(grades)
    #expect(splits.folds.count == count)
    for counts in [
      splits.folds.map(\.validation.count), splits.folds.map { $0.validation.count { grades[$0] == "HGG" } },
      splits.folds.map { $0.validation.count { grades[$0] == "LGG" } },
    ] {
      #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
    }
    #expect(splits.folds.flatMap(\.validation).sorted() == grades.keys.sorted())
    #expect(splits == CategoryFolds(count: count, seed: seed).splits(grades))
  }

  @Test func theSeedMattersAndTooFewCasesAreSaid() {
    #expect(CategoryFolds(count: 5, seed: 1).splits(grades) != CategoryFolds(count: 5, seed: 2).splits(grades))
    #expect(CategoryFolds(count: 5, seed: 0).splits(["a": "x"]).folds.isEmpty)
    #expect(CategoryFolds(count: 5, seed: 0).splits(["a": "x", "b": "x"]).folds.count == 2)
  }
}

@Suite struct StratifiedFoldsTests {
  /// A few large tumours and many small ones.
  private let volumes = Dictionary(uniqueKeysWithValues: (0..<53).map { (name($0), 2000 / Double(1 + $0 * 7 % 53)) })

  @Test(arguments: [0, 1, 12345] as [UInt32])
  func sizesDifferByAtMostOneAndMeansLittle(seed: UInt32) throws {
    let splits = StratifiedFolds(count: 5, seed: seed).splits(volumes)
    #expect(Set(splits.folds.map(\.validation.count)) == [10, 11])
    #expect(splits.folds.flatMap(\.validation).sorted() == volumes.keys.sorted())
    let plain = KFold(count: 5, seed: seed).splits(Array(volumes.keys))
    #expect(spread(splits) < spread(plain))
  }

  @Test func eachBlockIsDealtToDifferentFolds() throws {
    let splits = StratifiedFolds(count: 5, seed: 7).splits(volumes)
    let folds = try #require(splits.assignments)
    let order = volumes.sorted { $0.value > $1.value }.map(\.key)
    for start in stride(from: 0, to: 50, by: 5) {
      #expect(Set(order[start..<start + 5].compactMap { folds[$0] }) == [0, 1, 2, 3, 4])
    }
  }

  @Test func orderDoesNotMatterAndTheSeedDoes() {
    let shuffled = Dictionary(uniqueKeysWithValues: volumes.map { ($0, $1) }.reversed())
    let fold = StratifiedFolds(count: 5, seed: 3)
    #expect(fold.splits(volumes) == fold.splits(shuffled))
    #expect(fold.splits(volumes) != StratifiedFolds(count: 5, seed: 4).splits(volumes))
  }

  @Test func equalVolumesAreTakenByName() {
    let equal = Dictionary(uniqueKeysWithValues: (0..<20).map { (name($0), 1.0) })
    let splits = StratifiedFolds(count: 4, seed: 0).splits(equal)
    for split in splits.folds { #expect(split.validation.map { (Int($0.suffix(5)) ?? 0) / 4 } == [0, 1, 2, 3, 4]) }
  }

  @Test func tooFewCasesAreSaid() {
    #expect(StratifiedFolds(count: 5, seed: 0).splits(["a": 1]).folds.isEmpty)
    let splits = StratifiedFolds(count: 5, seed: 0).splits(["a": 1, "b": 2])
    #expect(splits.folds.count == 2)
    #expect(splits.warning == "folds: 2 labelled cases are too few for 5 folds; the count is lowered to 2")
  }

  private func spread(_ splits: Splits) -> Double {
    let means = splits.folds.map { fold in
      fold.validation.reduce(0) { $0 + volumes[$1, default: 0] } / Double(fold.validation.count)
    }
    return (means.max() ?? 0) - (means.min() ?? 0)
  }
}

@Suite struct GroupedFoldsTests {
  /// Patients of two or three cases.
  private let groups = Dictionary(uniqueKeysWithValues: (0..<60).map { (name($0), "p\(($0 * $0) % 53)") })

  @Test(arguments: [0, 1, 12345] as [UInt32])
  func groupsStayTogetherAndFoldsAreBalanced(seed: UInt32) throws {
    let splits = GroupedFolds(count: 5, seed: seed).splits(groups)
    let folds = try #require(splits.assignments)
    #expect(folds.count == 60)
    for cases in Dictionary(grouping: groups.keys, by: { groups[$0] }).values {
      #expect(Set(cases.map { folds[$0] }).count == 1)
    }
    let sizes = splits.folds.map(\.validation.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 2, "\(sizes)")
    for split in splits.folds {
      #expect(Set(split.train.map { groups[$0] }).isDisjoint(with: split.validation.map { groups[$0] }))
    }
  }

  @Test func largestGroupsComeFirst() {
    let splits = GroupedFolds(count: 2, seed: 5).splits(["a": "x", "b": "x", "c": "x", "d": "y", "e": "y", "f": "z"])
    #expect(splits.folds.map(\.validation) == [["a", "b", "c"], ["d", "e", "f"]])
  }

  @Test func orderDoesNotMatterAndTheSeedDecidesTies() {
    let shuffled = Dictionary(uniqueKeysWithValues: groups.map { ($0, $1) }.reversed())
    let fold = GroupedFolds(count: 5, seed: 3)
    #expect(fold.splits(groups) == fold.splits(shuffled))
    #expect(fold.splits(groups) != GroupedFolds(count: 5, seed: 4).splits(groups))
  }

  @Test func fewerGroupsThanFoldsLowerTheCount() {
    let two = GroupedFolds(count: 5, seed: 0).splits(["a": "x", "b": "y", "c": "y"])
    #expect(two.folds.count == 2 && two.warning == "folds: 2 groups are too few for 5 folds; the count is lowered to 2")
    let one = GroupedFolds(count: 5, seed: 0).splits(["a": "x", "b": "x"])
    #expect(one.folds.isEmpty && one.training == ["a", "b"])
  }
}

@Suite struct KeptFoldsTests {
  private let fold = KFold(count: 3, seed: 1)

  @Test func nothingKeptIsThePlainSplit() {
    let names = (0..<10).map(name)
    #expect(fold.splits(names, keeping: [:]) == fold.splits(names))
    #expect(fold.splits(names, keeping: ["other": 1]) == fold.splits(names))
  }

  @Test func newCasesMoveNoOther() throws {
    let earlier = try #require(fold.splits((0..<10).map(name)).assignments)
    let folds = try #require(fold.splits((0..<14).map(name), keeping: earlier).assignments)
    #expect(folds.filter { earlier[$0.key] != nil } == earlier)
    // Sizes were 4, 3, 3: the new ones go to 1, 2, 0 and 1.
    #expect((10..<14).map { folds[name($0)] } == [1, 2, 0, 1])
    // All at once or one after the other is the same.
    var grown = earlier
    for count in 11...14 { grown = try #require(fold.splits((0..<count).map(name), keeping: grown).assignments) }
    #expect(grown == folds)
  }

  @Test func foldsKeepTheirNumbersWhenCasesGo() throws {
    let splits = fold.splits(["a", "b"], keeping: ["a": 0, "b": 2, "gone": 1])
    #expect(splits.folds.map(\.validation) == [["a"], [], ["b"]])
    #expect(fold.splits(["a", "b", "c"], keeping: ["a": 0, "b": 7]).assignments == ["a": 0, "b": 1, "c": 2])
  }

  @Test func loweredCountGrows() {
    let splits = fold.splits(["a", "b", "c", "d"], keeping: ["a": 0, "b": 1])
    #expect(splits.folds.map(\.validation) == [["a", "d"], ["b"], ["c"]] && splits.warning == nil)
  }
}

private func name(_ number: Int) -> String {
  "case_" + String(repeating: "0", count: 5 - String(number).count) + String(number)
}
