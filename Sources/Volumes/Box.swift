/// A block of voxel indices.
public struct Box: Sendable, Equatable {
  /// The first index along each axis.
  public var lower: Shape
  /// One past the last.
  public var upper: Shape

  /// A block from `lower` to before `upper`.
  public init(lower: Shape, upper: Shape) {
    self.lower = lower
    self.upper = upper
  }

  /// The number of voxels along each axis.
  public var shape: Shape { Shape { upper[$0] - lower[$0] } }

  /// The block with `margin` around it, as far as a volume reaches.
  public func grown(by margin: Shape, within shape: Shape) -> Box {
    Box(
      lower: Shape { max(0, lower[$0] - margin[$0]) },
      upper: Shape { min(shape[$0], upper[$0] + margin[$0]) })
  }

  /// The smallest box around both.
  public func union(_ other: Box) -> Box {
    Box(lower: Shape { min(lower[$0], other.lower[$0]) }, upper: Shape { max(upper[$0], other.upper[$0]) })
  }

  /// The smallest box around the voxels that `isInside` says yes to; nil if there are none.
  public init?(around shape: Shape, isInside: (_ index: Int) -> Bool) {
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
}
