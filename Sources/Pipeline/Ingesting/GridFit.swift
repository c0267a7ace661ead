import Volumes

/// One array laid over another one's grid: which of its axes run along which of the grid's, and how far off it lies.
struct GridFit {
  /// An array and a transform that places it; a file can hold two.
  struct Placement {
    var affine: Affine
    var extents: [Int]
  }

  /// The direction of space that each axis of the laid array follows, as the grid's orientation says it.
  let orientation: Orientation
  /// The farthest that two corner voxels which should coincide lie apart, in millimetres.
  let distance: Double
  /// The same in voxels of the grid, along the axis where it is greatest.
  let voxels: Double

  /// Nil where the two have different shapes once their axes are sorted.
  /// - Parameter gridOrientation: the directions that the grid's axes are said to follow.
  init?(of laid: Placement, on grid: Placement, gridOrientation: Orientation) {
    orientation = Self.orientation(of: laid.affine, along: grid.affine, gridOrientation)
    let shape = gridOrientation.shape(ofExtents: grid.extents)
    guard orientation.shape(ofExtents: laid.extents) == shape else { return nil }
    let base = gridOrientation.canonical(grid.affine, extents: grid.extents)
    let other = orientation.canonical(laid.affine, extents: laid.extents)
    var (distance, voxels) = (0.0, 0.0)
    for (a, b) in zip(base.corners(of: shape), other.corners(of: shape)) {
      distance = max(distance, zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot())
      voxels = zip(base.index(at: a), base.index(at: b)).reduce(voxels) { max($0, abs($1.0 - $1.1)) }
    }
    (self.distance, self.voxels) = (distance, voxels)
  }

  /// Each axis of the laid array takes the axis of the grid that it is most nearly parallel to; where that is no
  /// permutation the array's own orientation stands, and the corners will tell.
  private static func orientation(of laid: Affine, along grid: Affine, _ known: Orientation) -> Orientation {
    let directions = SpatialAxis.allCases.map { axis -> Orientation.Direction in
      let step = laid.column(axis)
      let cosines = SpatialAxis.allCases.map { other in
        zip(step, grid.column(other)).reduce(0) { $0 + $1.0 * $1.1 } / grid.spacing[other]
      }
      let nearest = cosines.indices.max { abs(cosines[$0]) < abs(cosines[$1]) } ?? 0
      var direction = known.directions[nearest]
      if cosines[nearest] < 0 { direction.isReversed.toggle() }
      return direction
    }
    guard Set(directions.map(\.axis)).count == 3 else { return Orientation(closestTo: laid) }
    return Orientation(directions: directions)
  }
}
