import Volumes

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
