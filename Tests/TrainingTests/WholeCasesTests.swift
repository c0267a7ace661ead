import Evaluation
import Shards
import Streaming
import Testing
import Volumes

@testable import Training

@Suite struct WholeCasesTests {
  private static let patch = Shape(z: 2, y: 4, x: 4)

  private static func known(_ name: String, _ shape: Shape) -> ShardCase {
    ShardCase(
      caseIdentifier: name, affine: Affine(rows: [[1, 0, 0, 0], [0, 2, 0, 0], [0, 0, 3, 0]]), shape: shape,
      padValues: [0], sourceHashes: [], labelHash: nil, preparedHash: "")
  }

  /// Gives a case's patches, whose network is sure of what `predicted` says of each voxel.
  private static func feed(
    _ cases: WholeCases, _ name: String, _ shape: Shape, origins: [ZYX<Int>], truth: (Int, Int, Int) -> UInt8,
    predicted: (Int, Int, Int) -> UInt8
  ) throws {
    for origin in origins {
      var sample = StreamSample()
      (sample.caseIdentifier, sample.origin, sample.isValid) = (name, origin, true)
      var labels = [UInt8](repeating: 0, count: patch.count)
      var probabilities = [Float](repeating: 0, count: 3 * patch.count)
      for z in 0..<patch.z {
        for y in 0..<patch.y {
          for x in 0..<patch.x {
            let (place, at) = ((z * patch.y + y) * patch.x + x, (z + origin.z, y + origin.y, x + origin.x))
            let isInside = (0..<shape.z).contains(at.0) && (0..<shape.y).contains(at.1) && (0..<shape.x).contains(at.2)
            labels[place] = isInside ? truth(at.0, at.1, at.2) : 0
            // Outside the case anything may be said.
            let said = isInside ? predicted(at.0, at.1, at.2) : 2
            probabilities[Int(said) * patch.count + place] = 1
          }
        }
      }
      try labels.withUnsafeBufferPointer { labels in
        try probabilities.withUnsafeBufferPointer { try cases.add(sample, $0, truth: labels[...]) }
      }
    }
  }

  @Test func patchesBecomeTheCasesTheyWereCutFrom() throws {
    let (large, small) = (Shape(z: 3, y: 5, x: 6), Shape(z: 2, y: 2, x: 3))
    let cases = WholeCases(
      ["a": Self.known("a", large), "b": Self.known("b", small)], patch: Self.patch, classes: ["background", "k", "t"])
    let origins = [0, 1].flatMap { z in [0, 1].flatMap { y in [0, 2].map { ZYX(z: z, y: y, x: $0) } } }
    // Nine voxels of class 1, of which one is taken for class 2.
    let truth = { (z: Int, y: Int, x: Int) in UInt8(y < 3 && x < 3 && z == 1 ? 1 : 0) }
    try Self.feed(cases, "a", large, origins: origins, truth: truth) { z, y, x in
      z == 1 && y == 0 && x == 0 ? 2 : truth(z, y, x)
    }
    // Smaller than the patch, and all found.
    try Self.feed(cases, "b", small, origins: [ZYX(z: 0, y: -1, x: 0)], truth: { _, _, x in UInt8(x) }) { _, _, x in
      UInt8(x)
    }
    cases.finish()
    let rows = cases.scores.rows
    #expect(rows.map { "\($0.caseIdentifier) \($0.className)" } == ["a k", "a t", "b k", "b t"])
    #expect(rows.map { $0.scores[.dice] } == [16.0 / 17, 0, 1, 1])
    #expect(rows[2].scores[.assd] == 0)
  }

  @Test func overlappingPatchesAreAveraged() throws {
    let shape = Shape(z: 2, y: 4, x: 6)
    let cases = WholeCases(["a": Self.known("a", shape)], patch: Self.patch, classes: ["background", "k", "t"])
    // Two patches contradict each other where they overlap, in x 2 and 3: the one whose middle is nearer wins.
    try Self.feed(cases, "a", shape, origins: [ZYX(z: 0, y: 0, x: 0)], truth: { _, _, x in x < 3 ? 1 : 0 }) { _, _, _ in
      1
    }
    try Self.feed(cases, "a", shape, origins: [ZYX(z: 0, y: 0, x: 2)], truth: { _, _, x in x < 3 ? 1 : 0 }) { _, _, _ in
      0
    }
    cases.finish()
    #expect(cases.scores.rows[0].scores[.dice] == 1)
  }

  @Test(arguments: [[1, 0], [0, 3], [0, -2]])
  func patchesOutOfPlaceAreRefused(planes: [Int]) throws {
    let shape = Shape(z: 3, y: 4, x: 4)
    let cases = WholeCases(["a": Self.known("a", shape)], patch: Self.patch, classes: ["background", "k", "t"])
    let origins = planes.map { ZYX(z: $0, y: 0, x: 0) }
    #expect(throws: TrainingError.patchOutOfOrder(patch: "patch 0 of a", file: "")) {
      try Self.feed(cases, "a", shape, origins: origins, truth: { _, _, _ in 0 }) { _, _, _ in 0 }
    }
  }

  @Test func aValueWithoutAClassIsNotScored() throws {
    let shape = Shape(z: 2, y: 4, x: 4)
    let cases = WholeCases(["a": Self.known("a", shape)], patch: Self.patch, classes: ["background", "", "t"])
    try Self.feed(cases, "a", shape, origins: [ZYX(z: 0, y: 0, x: 0)], truth: { _, _, _ in 2 }) { _, _, x in
      x == 0 ? 1 : 2
    }
    cases.finish()
    #expect(cases.scores.rows.map(\.className) == ["t"])
    // Where the network is surest of that value nothing else is likely: the background.
    #expect(cases.scores.rows[0].scores[.recall] == 0.75)
  }
}
