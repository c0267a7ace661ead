import Volumes

/// One plane of a volume as a radiologist sees it (`SlicePlane`): rows from the top, columns from the left.
public struct Slice<Value: Sendable>: Sendable {
  /// Pixels down.
  public let rows: Int
  /// Pixels across.
  public let columns: Int
  /// Row by row.
  public let values: [Value]

  /// A slice that lies the right way up already.
  /// - Precondition: `values.count == rows * columns`.
  public init(rows: Int, columns: Int, values: [Value]) {
    precondition(rows > 0 && values.count == rows * columns, "\(values.count) values do not fill \(rows)x\(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// The value of a pixel, `row` from the top and `column` from the left.
  public subscript(row: Int, column: Int) -> Value { values[row * columns + column] }

  /// The plane of a (z, y, x) array at `index` along `axis`: axial for z, coronal for y, sagittal for x.
  ///
  /// - Parameter pixel: the side of a square pixel in units of `spacing`; a voxel is shown by as many pixels as its size
  ///   asks for, so that anatomy keeps its proportions. Nil: one pixel a voxel.
  /// - Precondition: `voxels` holds `shape.count` values, in RAS+ order; `index` lies in the shape.
  public init(
    of voxels: UnsafePointer<Value>, shape: Shape, axis: SpatialAxis, index: Int,
    spacing: Spacing = Spacing(z: 1, y: 1, x: 1), pixel: Double? = nil
  ) {
    precondition(index >= 0 && index < shape[axis], "slice \(index) outside 0..<\(shape[axis])")
    let plane = SlicePlane(fixed: axis)
    func shown(_ axis: SpatialAxis) -> [Int] {
      let voxels = shape[axis]
      let pixels = pixel.map { max(1, Int((Double(voxels) * spacing[axis] / $0).rounded())) } ?? voxels
      return SlicePlane.voxels(shownBy: pixels, of: voxels)
    }
    let (downwards, sideways) = (shown(plane.down), shown(plane.across))
    var place = Shape(z: 0, y: 0, x: 0)
    place[axis] = index
    var values: [Value] = []
    values.reserveCapacity(downwards.count * sideways.count)
    for row in downwards {
      place[plane.down] = row
      for column in sideways {
        place[plane.across] = column
        values.append(voxels[(place.z * shape.y + place.y) * shape.x + place.x])
      }
    }
    self.init(rows: downwards.count, columns: sideways.count, values: values)
  }
}
