/// Maps voxel indices (x, y, z) to millimetres in RAS+ space: right, anterior and superior increase.
///
/// A voxel's centre lies at its index; a volume's extent runs from -0.5 to n - 0.5 along each axis.
public struct Affine: Sendable, Equatable {
  /// The upper three rows, four numbers each; the fourth row is (0, 0, 0, 1).
  public var rows: [[Double]]

  /// - Precondition: three rows of four numbers.
  public init(rows: [[Double]]) {
    precondition(rows.count == 3 && rows.allSatisfy { $0.count == 4 }, "an affine has three rows of four numbers")
    // Turning an axis leaves -0 behind; adding 0 makes it 0, which is what people and files should see.
    self.rows = rows.map { $0.map { $0 + 0 } }
  }

  /// Voxels of 1 mm along the axes of space, the first at the origin.
  public static let identity = Affine(rows: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])

  /// The step in millimetres from one index to the next along `axis`.
  public func column(_ axis: SpatialAxis) -> [Double] { rows.map { $0[axis.rawValue] } }

  /// Where index (0, 0, 0) lies, in millimetres.
  public var origin: [Double] { rows.map { $0[3] } }

  /// The position in millimetres of the index (x, y, z).
  public func position(x: Double, y: Double, z: Double) -> [Double] {
    rows.map { $0[0] * x + $0[1] * y + $0[2] * z + $0[3] }
  }

  /// The index (x, y, z) that lies at a position in millimetres: the inverse of `position`, by Cramer's rule.
  /// - Precondition: `isInvertible`.
  public func index(at position: [Double]) -> [Double] {
    let offset = zip(position, origin).map { $0 - $1 }
    return (0..<3).map { column in
      var replaced = self
      for row in 0..<3 { replaced.rows[row][column] = offset[row] }
      return replaced.determinant / determinant
    }
  }

  /// A voxel's size in millimetres: the norms of the columns, never the diagonal.
  public var spacing: Spacing {
    Spacing { axis in column(axis).reduce(0) { $0 + $1 * $1 }.squareRoot() }
  }

  /// The determinant of the upper left 3x3: negative for left-handed axes, in cubic millimetres per voxel.
  public var determinant: Double {
    let r = rows
    return r[0][0] * (r[1][1] * r[2][2] - r[1][2] * r[2][1])
      - r[0][1] * (r[1][0] * r[2][2] - r[1][2] * r[2][0])
      + r[0][2] * (r[1][0] * r[2][1] - r[1][1] * r[2][0])
  }

  /// Whether every number is finite and no axis is lost.
  public var isInvertible: Bool {
    let size = spacing
    let volume = size.x * size.y * size.z
    // An angle below 1e-6 between an axis and the plane of the other two is no volume (header floats carry 24 bits).
    return rows.allSatisfy { $0.allSatisfy(\.isFinite) } && volume > 0 && abs(determinant) > 1e-6 * volume
  }

  /// The affine of a volume whose index i along each axis lies at `index.scale * i + index.offset` of this one.
  public func reindexed(by index: ZYX<LinearIndexMap>) -> Affine {
    Affine(
      rows: rows.map { row in
        let linear = SpatialAxis.allCases.map { row[$0.rawValue] * index[$0].scale }
        let origin = SpatialAxis.allCases.reduce(row[3]) { $0 + row[$1.rawValue] * index[$1].offset }
        return linear + [origin]
      })
  }

  /// The affine of the same grid where every length is `factor` times as long, as another unit says it.
  public func scaled(by factor: Double) -> Affine { Affine(rows: rows.map { $0.map { $0 * factor } }) }

  /// The positions in millimetres of the centres of a volume's eight corner voxels, x fastest.
  public func corners(of shape: Shape) -> [[Double]] {
    [0, shape.z - 1].flatMap { z in
      [0, shape.y - 1].flatMap { y in
        [0, shape.x - 1].map { x in position(x: Double(x), y: Double(y), z: Double(z)) }
      }
    }
  }
}

/// An index along one axis of a source volume as a function of the index in a volume made from it.
public struct LinearIndexMap: Sendable, Equatable {
  /// Source indices per index.
  public var scale: Double
  /// Where index 0 lies in the source.
  public var offset: Double

  /// The map i -> scale * i + offset.
  public init(scale: Double, offset: Double) {
    self.scale = scale
    self.offset = offset
  }

  /// Every index is itself.
  public static let identity = LinearIndexMap(scale: 1, offset: 0)

  /// Where `index` lies in the source.
  public func callAsFunction(_ index: Double) -> Double { scale * index + offset }
}
