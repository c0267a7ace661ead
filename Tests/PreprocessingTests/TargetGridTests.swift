import Preprocessing
import Testing
import Volumes

struct TargetGridTests {
  private func grid(_ n: Int, _ spacing: Double, to target: Double, _ rounding: ShapeRounding = .floor) -> TargetGrid {
    Resampling(spacing: Spacing(z: target, y: 1, x: 1), shape: rounding)
      .target(shape: Shape(z: n, y: 4, x: 5), spacing: Spacing(z: spacing, y: 1, x: 1))
  }

  /// KiTS19's case_00144: the quotient is 249.99999999997, where a plain floor loses a row.
  @Test func roundingErrorLosesNoRow() {
    let spacing = 405.0 / 512 * (1 - 1.2e-13)
    let quotient = 512 * spacing / 1.62
    #expect(quotient < 250 && quotient.rounded(.down) == 249)
    #expect(grid(512, spacing, to: 1.62).shape.z == 250)
  }

  @Test func floorIsFloorBeyondRoundingErrors() {
    #expect(grid(10, 0.24998, to: 1).shape.z == 2)  // 2.4998
    #expect(grid(100, 0.02999, to: 1).shape.z == 2)  // 2.999
    #expect(grid(100, 0.0299995, to: 1).shape.z == 3)  // 2.99995
  }

  @Test func roundIsHalfToEven() {
    #expect(grid(5, 0.5, to: 1, .round).shape.z == 2)
    #expect(grid(7, 0.5, to: 1, .round).shape.z == 4)
    #expect(grid(26, 0.1, to: 1, .round).shape.z == 3)
    #expect(grid(5, 0.5, to: 1, .floor).shape.z == 2)
  }

  @Test func equalSpacingIsTheIdentity() {
    for factor in [1, 1.00009, 0.99991] {
      let same = grid(512, 1.62 * factor, to: 1.62)
      #expect(same.index.z == .identity)
      #expect(same == TargetGrid(identityOf: Shape(z: 512, y: 4, x: 5)))
    }
    for factor in [1.0002, 0.9998] {
      let other = Resampling(spacing: Spacing(z: 1.62, y: 1, x: 1), grid: .spacing)
        .target(shape: Shape(z: 512, y: 4, x: 5), spacing: Spacing(z: 1.62 * factor, y: 1, x: 1))
      #expect(other.index.z != .identity)
    }
  }

  @Test func axisNeverVanishes() {
    #expect(grid(2, 0.1, to: 5).shape.z == 1)
    #expect(grid(1, 1, to: 0.3).shape.z == 3)
  }

  /// Nothing is cut off: the outer corners stay where they were.
  @Test(arguments: [0.7, 1.62, 3.22, 9])
  func extentKeepsBothCorners(target: Double) {
    let source = Shape(z: 7, y: 30, x: 41)
    let resampling = Resampling(spacing: Spacing { _ in target })
    let grid = resampling.target(shape: source, spacing: Spacing { _ in 1.1 })
    for axis in SpatialAxis.allCases {
      #expect(abs(grid.index[axis](-0.5) + 0.5) < 1e-12)
      #expect(abs(grid.index[axis](Double(grid.shape[axis]) - 0.5) - (Double(source[axis]) - 0.5)) < 1e-12)
    }
    let affine = Affine(rows: [[0, -1.1, 0, 5], [0, 0, 1.1, 6], [1.1, 0, 0, 7]])
    let moved = affine.reindexed(by: grid.index)
    let (before, after) = (affine.position(x: -0.5, y: -0.5, z: -0.5), moved.position(x: -0.5, y: -0.5, z: -0.5))
    #expect(zip(before, after).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  /// The voxels are exactly as large as asked for, and the first outer corner stays where it was.
  @Test(arguments: [0.7, 1.62, 3.22, 9])
  func spacingIsExactlyTheTarget(target: Double) {
    let resampling = Resampling(spacing: Spacing { _ in target }, grid: .spacing)
    let grid = resampling.target(shape: Shape(z: 7, y: 30, x: 41), spacing: Spacing { _ in 1.1 })
    let affine = Affine(rows: [[0, -1.1, 0, 5], [0, 0, 1.1, 6], [1.1, 0, 0, 7]]).reindexed(by: grid.index)
    for axis in SpatialAxis.allCases {
      #expect(abs(grid.index[axis](-0.5) + 0.5) < 1e-12)
      #expect(abs(affine.spacing[axis] - target) < 1e-12)
    }
  }

  /// KiTS19's largest and smallest cases after resampling.
  @Test func knownShapes() {
    let resampling = Resampling(spacing: Spacing(z: 3.22, y: 1.62, x: 1.62))
    let large = resampling.target(
      shape: Shape(z: 1059, y: 512, x: 512), spacing: Spacing(z: 0.5, y: 0.78125, x: 0.78125))
    #expect(large.shape == Shape(z: 164, y: 246, x: 246))
  }
}
