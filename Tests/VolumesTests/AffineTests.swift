import Testing
import Volumes

struct AffineTests {
  @Test func zeroHasNoSign() {
    let affine = Affine(rows: [[-1, -0.0, 0, -0.0], [0, 1, -0.0, 0], [-0.0, 0, 1, 0]])
    #expect(affine.rows.joined().allSatisfy { $0 != 0 || $0.sign == .plus })
  }

  /// A 20 degree turn, so that no diagonal entry is a voxel's size.
  static let oblique = Affine(rows: [[0.8, -0.36, 0, 1], [0.6, 0.48, 0, 2], [0, 0, 2.5, 3]])

  @Test func spacingIsTheNormsOfTheColumns() {
    let spacing = Self.oblique.spacing
    #expect(abs(spacing.x - 1) < 1e-15)
    #expect(abs(spacing.y - 0.6) < 1e-15)
    #expect(spacing.z == 2.5)
    let kits = Affine(rows: [[0, 0, -0.75, 0], [0, -0.75, 0, 0], [-3, 0, 0, 0]])
    #expect(kits.spacing == Spacing(z: 0.75, y: 0.75, x: 3))
  }

  @Test func cornersAreCentresOfVoxels() {
    let corners = Self.oblique.corners(of: Shape(z: 3, y: 1, x: 2))
    #expect(corners.count == 8)
    #expect(corners[0] == [1, 2, 3])
    #expect(corners[1] == [1.8, 2.6, 3])
    #expect(corners[2] == corners[0])  // one voxel along y
    #expect(corners[4] == [1, 2, 8])
    #expect(corners[7] == [1.8, 2.6, 8])
  }

  @Test func indexIsTheInverseOfPosition() {
    for index in [[0.0, 0, 0], [1, 2, 3], [-4.5, 0.25, 7]] {
      let found = Self.oblique.index(at: Self.oblique.position(x: index[0], y: index[1], z: index[2]))
      #expect(zip(found, index).allSatisfy { abs($0 - $1) < 1e-12 })
    }
  }

  @Test func otherUnitScalesAllLengths() {
    let scaled = Affine(rows: [[2, 0, 0, 10], [0, 3, 0, 20], [0, 0, 4, 30]]).scaled(by: 0.5)
    #expect(scaled == Affine(rows: [[1, 0, 0, 5], [0, 1.5, 0, 10], [0, 0, 2, 15]]))
  }

  /// Index i of the new grid lies at 2 i + 0.5 of the old one along x, at -i + 7 along y.
  @Test func reindexingKeepsPositions() {
    let map = ZYX(
      z: LinearIndexMap.identity, y: LinearIndexMap(scale: -1, offset: 7), x: LinearIndexMap(scale: 2, offset: 0.5))
    let mapped = Self.oblique.reindexed(by: map)
    for (x, y, z) in [(0.0, 0.0, 0.0), (1, 0, 0), (3, 2, 5), (-1, 0.5, 2)] {
      let found = mapped.position(x: x, y: y, z: z)
      let expected = Self.oblique.position(x: map.x(x), y: map.y(y), z: map.z(z))
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
    }
    #expect(Self.oblique.reindexed(by: ZYX { _ in .identity }) == Self.oblique)
  }

  @Test func determinantHasTheSignOfTheHand() {
    #expect(Affine.identity.determinant == 1)
    #expect(abs(Self.oblique.determinant - 1.5) < 1e-15)
    #expect(Affine(rows: [[-1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 2, 0]]).determinant == -2)
  }

  @Test func flatAndUnendingAxesHaveNoInverse() {
    #expect(Self.oblique.isInvertible)
    #expect(Affine(rows: [[1e-6, 0, 0, 0], [0, 1e-6, 0, 0], [0, 0, 1e-6, 0]]).isInvertible)  // small, but a volume
    #expect(!Affine(rows: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]).isInvertible)
    #expect(!Affine(rows: [[1, 2, 0, 0], [1, 2, 0, 0], [0, 0, 1, 0]]).isInvertible)
    #expect(!Affine(rows: [[1, 0, 0, .nan], [0, 1, 0, 0], [0, 0, 1, 0]]).isInvertible)
    #expect(!Affine(rows: [[1, 0, 0, 0], [0, .infinity, 0, 0], [0, 0, 1, 0]]).isInvertible)
  }

  @Test func triplesAreReadByAxis() {
    var shape = Shape(z: 201, y: 249, x: 250)
    #expect("\(shape)" == "201x249x250")
    #expect(shape.count == 201 * 249 * 250)
    #expect(SpatialAxis.allCases.map { shape[$0] } == [250, 249, 201])
    shape[.y] = 1
    #expect(shape.map { $0 * 2 } == Shape(z: 402, y: 2, x: 500))
  }
}
