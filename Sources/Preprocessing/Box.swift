import Volumes

/// A block of voxel indices.
struct Box: Equatable {
  var lower: Shape
  /// One past the last.
  var upper: Shape

  var shape: Shape { Shape { upper[$0] - lower[$0] } }

  func grown(by margin: Shape, within shape: Shape) -> Box {
    Box(
      lower: Shape { max(0, lower[$0] - margin[$0]) },
      upper: Shape { min(shape[$0], upper[$0] + margin[$0]) })
  }

  /// The smallest box around both.
  func union(_ other: Box) -> Box {
    Box(lower: Shape { min(lower[$0], other.lower[$0]) }, upper: Shape { max(upper[$0], other.upper[$0]) })
  }

  /// The smallest box around the voxels that `isInside` says yes to; nil if there are none.
  init?(around shape: Shape, isInside: (_ index: Int) -> Bool) {
    var lower = shape
    var upper = Shape(z: 0, y: 0, x: 0)
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        let row = (z * shape.y + y) * shape.x
        guard let first = (0..<shape.x).first(where: { isInside(row + $0) }) else { continue }
        let last = (0..<shape.x).last { isInside(row + $0) } ?? first
        lower = Shape(z: min(lower.z, z), y: min(lower.y, y), x: min(lower.x, first))
        upper = Shape(z: max(upper.z, z + 1), y: max(upper.y, y + 1), x: max(upper.x, last + 1))
      }
    }
    guard upper.z > 0 else { return nil }
    self.init(lower: lower, upper: upper)
  }

  init(lower: Shape, upper: Shape) {
    self.lower = lower
    self.upper = upper
  }
}

extension ArrayLayout {
  /// The box in space of a block of the array; `ranges` along its axes, fastest first.
  func box(of ranges: [Range<Int>]) -> Box {
    var box = Box(lower: Shape(z: 0, y: 0, x: 0), upper: Shape(z: 0, y: 0, x: 0))
    for (axis, direction) in orientation.directions.enumerated() {
      let (range, extent) = (ranges[axis], extents[axis])
      box.lower[direction.axis] = direction.isReversed ? extent - range.upperBound : range.lowerBound
      box.upper[direction.axis] = direction.isReversed ? extent - range.lowerBound : range.upperBound
    }
    return box
  }
}

/// Copies the part of a volume that lies where it is also inside another, row by row.
///
/// Index i of the target is index i + `offset` of the source; the rest of the target stays as it is.
func copyBlock<Value: BitwiseCopyable>(
  from source: UnsafePointer<Value>, _ sourceShape: Shape, to target: UnsafeMutablePointer<Value>,
  _ targetShape: Shape, offset: Shape
) {
  let lower = Shape { max(0, -offset[$0]) }
  let upper = Shape { min(targetShape[$0], sourceShape[$0] - offset[$0]) }
  guard upper.x > lower.x else { return }
  for z in lower.z..<max(lower.z, upper.z) {
    for y in lower.y..<max(lower.y, upper.y) {
      let from = ((z + offset.z) * sourceShape.y + y + offset.y) * sourceShape.x + lower.x + offset.x
      let to = (z * targetShape.y + y) * targetShape.x + lower.x
      (target + to).update(from: source + from, count: upper.x - lower.x)
    }
  }
}
