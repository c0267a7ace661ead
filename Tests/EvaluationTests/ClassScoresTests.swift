import Testing
import Volumes

@testable import Evaluation

struct ClassScoresTests {
  static let shape = Shape(z: 9, y: 10, x: 11)
  static let spacing = Spacing(z: 3.22, y: 1.62, x: 0.7)

  static func ellipsoid(_ z: Int, _ y: Int, _ x: Int, at centre: (Int, Int, Int), _ squares: (Double, Double, Double))
    -> Bool
  {
    let (a, b, c) = (Double(z - centre.0), Double(y - centre.1), Double(x - centre.2))
    return a * a / squares.0 + b * b / squares.1 + c * c / squares.2 <= 1
  }

  /// SciPy 1.10.1: `binary_erosion` with a cross, `distance_transform_edt(sampling=...)`, NumPy's percentile.
  @Test func equalsSciPy() {
    let truth = LabelMap(Self.shape, spacing: Self.spacing) { z, y, x in
      Self.ellipsoid(z, y, x, at: (4, 5, 5), (9, 12, 16)) ? 1 : 0
    }
    let prediction = LabelMap(Self.shape, spacing: Self.spacing) { z, y, x in
      Self.ellipsoid(z, y, x, at: (3, 5, 6), (9, 9, 16)) || (z, y, x) == (8, 9, 10) ? 1 : 0
    }
    let scores = ClassScores.all(of: LabelPair(prediction: prediction, truth: truth), classes: 2)[0]
    #expect(isNear(scores[.dice], 0.6644951140065146))
    #expect(isNear(scores[.precision], 102.0 / 142))
    #expect(isNear(scores[.recall], 102.0 / 165))
    #expect(isNear(scores[.hd95], 3.22, 1e-6))
    #expect(isNear(scores[.assd], 1.18062529393786, 1e-6))
  }

  /// Two slabs that touch all borders, one voxel apart: every surface voxel of the wider is 0 or one step off.
  @Test func bordersOfTheVolumeAreSurface() {
    let shape = Shape(z: 4, y: 5, x: 6)
    let truth = LabelMap(shape, spacing: Self.spacing) { z, _, _ in z < 1 ? 1 : 0 }
    let prediction = LabelMap(shape, spacing: Self.spacing) { z, _, _ in z < 2 ? 1 : 0 }
    let scores = ClassScores.all(of: LabelPair(prediction: prediction, truth: truth), classes: 2)[0]
    #expect(isNear(scores[.hd95], 3.22, 1e-6))
    // The truth's 30 voxels are all surface. The prediction's inner slice is too, its outer one by the volume's border.
    #expect(isNear(scores[.assd], 30 * 3.22 / 90, 1e-6))
  }

  @Test func perfectIsOneAndNoDistance() {
    let label = LabelMap.random(Self.shape, classes: 4, seed: 3)
    for scores in ClassScores.all(of: LabelPair(prediction: label, truth: label), classes: 4) {
      #expect([Measure.dice, .precision, .recall].allSatisfy { scores[$0] == 1 })
      #expect(scores[.hd95] == 0 && scores[.assd] == 0)
    }
  }

  @Test func distancesDoNotDependOnWhichIsTheTruth() {
    let a = LabelMap.random(Self.shape, classes: 3, seed: 4, spacing: Self.spacing)
    let b = LabelMap.random(Self.shape, classes: 3, seed: 5, spacing: Self.spacing)
    let there = ClassScores.all(of: LabelPair(prediction: a, truth: b), classes: 3)
    let back = ClassScores.all(of: LabelPair(prediction: b, truth: a), classes: 3)
    for (there, back) in zip(there, back) {
      #expect(there[.dice] == back[.dice] && there[.hd95] == back[.hd95] && there[.assd] == back[.assd])
      #expect(there[.precision] == back[.recall] && there[.precision] != there[.recall])
    }
  }

  @Test func absentClasses() {
    let empty = LabelMap(Self.shape) { _, _, _ in 0 }
    let some = LabelMap(Self.shape) { z, _, _ in z == 2 ? 1 : 0 }
    let neither = ClassScores.all(of: LabelPair(prediction: empty, truth: empty), classes: 2)[0]
    #expect(Measure.allCases.allSatisfy { neither[$0].isNaN })
    let missed = ClassScores.all(of: LabelPair(prediction: empty, truth: some), classes: 2)[0]
    #expect(missed[.dice] == 0 && missed[.precision].isNaN && missed[.recall] == 0)
    #expect(missed[.hd95] == .infinity && missed[.assd] == .infinity)
    let invented = ClassScores.all(of: LabelPair(prediction: some, truth: empty), classes: 2)[0]
    #expect(invented[.dice] == 0 && invented[.precision] == 0 && invented[.recall].isNaN)
    #expect(invented[.hd95] == .infinity && invented[.assd] == .infinity)
  }

  @Test func disjointClassesHaveFiniteDistances() {
    let truth = LabelMap(Self.shape) { z, y, x in (z, y, x) == (0, 0, 0) ? 1 : 0 }
    let prediction = LabelMap(Self.shape) { z, y, x in (z, y, x) == (0, 3, 4) ? 1 : 0 }
    let scores = ClassScores.all(of: LabelPair(prediction: prediction, truth: truth), classes: 2)[0]
    #expect(scores[.dice] == 0 && scores[.hd95] == 5 && scores[.assd] == 5)
  }

  @Test func confusionCountsEveryVoxelOnce() {
    let a = LabelMap.random(Self.shape, classes: 4, seed: 6)
    let b = LabelMap.random(Self.shape, classes: 4, seed: 7)
    let confusion = Confusion(LabelPair(prediction: a, truth: b), classes: 4)
    var expected = [Int](repeating: 0, count: 16)
    for voxel in 0..<Self.shape.count { expected[Int(b.classes[voxel]) * 4 + Int(a.classes[voxel])] += 1 }
    #expect(confusion.counts == expected)
    for label in 1..<4 {
      let isThere = { (voxel: Int) in Int(a.classes[voxel]) == label || Int(b.classes[voxel]) == label }
      #expect(confusion.boxes[label] == Box(around: Self.shape, isInside: isThere))
    }
    #expect(confusion.boxes[0] == nil)
  }
}
