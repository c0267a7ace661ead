import Volumes

/// The mid slices of a volume, small: which voxel each pixel shows.
///
/// Pixels are squares in millimetres, so that anatomy keeps its proportions; `SlicePlane` says which way up they are.
struct SliceTable: Sendable {
  /// A slice's size in pixels.
  struct Size: Sendable, Equatable {
    var rows: Int
    var columns: Int
    var count: Int { rows * columns }
  }

  /// Axial, coronal, sagittal.
  let sizes: [Size]
  /// For each plane of the array: voxels in it, and the pixel that shows each.
  private let shown: [[(voxel: Int32, pixel: Int32)]]

  /// The longest side of a slice.
  static let longestSide = 128

  /// Pixels of all slices.
  var pixels: Int { sizes.reduce(0) { $0 + $1.count } }

  /// - Parameter spacing: of the volume, along the axes of space.
  init(_ layout: ArrayLayout, spacing: Spacing) {
    let shape = layout.shape
    let extents = Spacing { Double(shape[$0]) * spacing[$0] }
    let pixel = max(extents.z, extents.y, extents.x) / Double(Self.longestSide)
    let counts = Shape { max(1, Int((extents[$0] / pixel).rounded())) }
    var shown = [[(voxel: Int32, pixel: Int32)]](repeating: [], count: layout.planes)
    var sizes: [Size] = []
    var first = 0
    for slice in SlicePlane.all {
      let size = Size(rows: counts[slice.down], columns: counts[slice.across])
      let columns = SlicePlane.voxels(shownBy: size.columns, of: shape[slice.across])
      var place = Shape(z: 0, y: 0, x: 0)
      place[slice.fixed] = shape[slice.fixed] / 2
      for (row, downwards) in SlicePlane.voxels(shownBy: size.rows, of: shape[slice.down]).enumerated() {
        place[slice.down] = downwards
        for (column, sideways) in columns.enumerated() {
          place[slice.across] = sideways
          let (plane, voxel) = layout.position(of: place)
          shown[plane].append((Int32(voxel), Int32(first + row * size.columns + column)))
        }
      }
      sizes.append(size)
      first += size.count
    }
    (self.sizes, self.shown) = (sizes, shown)
  }

  /// Calls `show` with each pixel that shows a voxel of plane `k`.
  func forEach(inPlane k: Int, _ show: (_ voxel: Int, _ pixel: Int) -> Void) {
    for (voxel, pixel) in shown[k] { show(Int(voxel), Int(pixel)) }
  }
}

extension ArrayLayout {
  /// Where a place in space lies in the array: its plane, and the voxel in it.
  fileprivate func position(of place: Shape) -> (plane: Int, voxel: Int) {
    let index = orientation.directions.enumerated().map { axis, direction in
      direction.isReversed ? extents[axis] - 1 - place[direction.axis] : place[direction.axis]
    }
    return (index[2], index[1] * extents[0] + index[0])
  }
}
