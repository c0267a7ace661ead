/// Which direction of space each axis of an array follows, as nibabel's axis codes say it ("RAS", "IPL").
public struct Orientation: Sendable, Equatable {
  /// One axis of an array: the axis of space it runs along, and whether it runs against it.
  public struct Direction: Sendable, Equatable {
    /// The axis of space it runs along.
    public var axis: SpatialAxis
    /// Whether it runs towards left, posterior or inferior.
    public var isReversed: Bool

    /// Along `axis`, or against it.
    public init(axis: SpatialAxis, isReversed: Bool) {
      self.axis = axis
      self.isReversed = isReversed
    }
  }

  /// The directions of the array's axes, first (fastest) axis first; a permutation of the axes of space.
  public let directions: [Direction]

  /// - Precondition: three directions along three different axes.
  public init(directions: [Direction]) {
    precondition(Set(directions.map(\.axis)).count == 3 && directions.count == 3, "three axes, each once")
    self.directions = directions
  }

  /// Array axes that follow right, anterior and superior: segprep's own order.
  public static let ras = Orientation(directions: SpatialAxis.allCases.map { Direction(axis: $0, isReversed: false) })

  /// The orientation closest to an affine: each array axis takes the axis of space it is most nearly parallel to.
  ///
  /// The rotation nearest to the affine decides (its polar factor, as nibabel's `io_orientation` does), so a shear
  /// cannot make two array axes claim one axis of space.
  /// - Precondition: `affine.isInvertible`.
  public init(closestTo affine: Affine) {
    let size = affine.spacing
    let rotation = Self.polarFactor(
      of: affine.rows.map { row in SpatialAxis.allCases.map { row[$0.rawValue] / size[$0] } })
    var directions = [Direction?](repeating: nil, count: 3)
    var remaining = Set(SpatialAxis.allCases)
    // Strongest match first: an axis that is sure of its direction is served before one that is not.
    for column in (0..<3).sorted(by: { strength(rotation, $0) > strength(rotation, $1) }) {
      let best = SpatialAxis.allCases.filter(remaining.contains).max {
        abs(rotation[$0.rawValue][column]) < abs(rotation[$1.rawValue][column])
      }
      guard let best else { continue }
      remaining.remove(best)
      directions[column] = Direction(axis: best, isReversed: rotation[best.rawValue][column] < 0)
    }
    self.init(directions: directions.compactMap { $0 })

    func strength(_ matrix: [[Double]], _ column: Int) -> Double { matrix.map { abs($0[column]) }.max() ?? 0 }
  }

  /// Three letters, first axis first; each names the direction in which the index grows.
  public var codes: String {
    String(
      directions.map { direction -> Character in
        switch direction.axis {
        case .x: direction.isReversed ? "L" : "R"
        case .y: direction.isReversed ? "P" : "A"
        case .z: direction.isReversed ? "I" : "S"
        }
      })
  }

  /// The place of an axis of space among the array's axes, 0 for the fastest.
  public func arrayAxis(along axis: SpatialAxis) -> Int {
    directions.firstIndex { $0.axis == axis } ?? 0
  }

  /// The shape in space of an array whose extents are given first axis first.
  public func shape(ofExtents extents: [Int]) -> Shape {
    Shape { extents[arrayAxis(along: $0)] }
  }

  /// The affine of the array once its axes are sorted to (x, y, z) and made to grow towards right, anterior, superior.
  public func canonical(_ affine: Affine, extents: [Int]) -> Affine {
    var rows = affine.rows
    for (source, direction) in directions.enumerated() {
      for row in 0..<3 {
        let step = affine.rows[row][source]
        rows[row][direction.axis.rawValue] = direction.isReversed ? -step : step
        if direction.isReversed { rows[row][3] += step * Double(extents[source] - 1) }
      }
    }
    return Affine(rows: rows)
  }

  /// The orthogonal matrix nearest to an invertible one: Newton's iteration X <- (X + X^-T) / 2 (Higham 1986).
  private static func polarFactor(of matrix: [[Double]]) -> [[Double]] {
    var current = matrix
    for _ in 0..<100 {
      let cofactors = (0..<3).map { row in
        (0..<3).map { column -> Double in
          let (r1, r2) = ((row + 1) % 3, (row + 2) % 3)
          let (c1, c2) = ((column + 1) % 3, (column + 2) % 3)
          return current[r1][c1] * current[r2][c2] - current[r1][c2] * current[r2][c1]
        }
      }
      let determinant = (0..<3).reduce(0) { $0 + current[0][$1] * cofactors[0][$1] }
      var change = 0.0
      for row in 0..<3 {
        for column in 0..<3 {
          let next = (current[row][column] + cofactors[row][column] / determinant) / 2
          change = max(change, abs(next - current[row][column]))
          current[row][column] = next
        }
      }
      if change < 1e-12 { break }
    }
    return current
  }
}
