import Testing

@testable import Training

@Suite struct DiceCountsTests {
  /// Case a has tumour in 2 voxels of which 1 is found; b has none and none is found; c has none, and one is made up.
  @Test func diceIsAveragedOverTheCasesThatHaveTheClass() {
    var counts = DiceCounts(classes: 3)
    func add(_ predicted: [UInt8], _ truth: [UInt8], _ identifier: String) {
      truth.withUnsafeBufferPointer { counts.add(predicted[...], $0[...], of: identifier) }
    }
    add([0, 2, 0, 0], [0, 2, 2, 0], "a")
    add([0, 0, 0, 0], [0, 0, 0, 0], "b")
    let expected: [Double?] = [(4.0 / 5 + 1) / 2, nil, 2.0 / 3]
    #expect(counts.dice == expected)
    add([2, 0, 0, 0], [0, 0, 0, 0], "c")
    #expect(counts.dice[2] == 1.0 / 3)
  }

  @Test func patchesOfACaseCountTogether() {
    var counts = DiceCounts(classes: 2)
    for truth: [UInt8] in [[1, 0], [1, 1]] {
      truth.withUnsafeBufferPointer { counts.add([1, 1][...], $0[...], of: "a") }
    }
    #expect(counts.dice[1] == 2.0 * 3 / 7)
  }
}
