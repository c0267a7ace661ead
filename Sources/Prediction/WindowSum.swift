import Volumes

/// The weighted sum of what patches say about a volume, of which only the planes that patches still reach are held.
final class WindowSum {
  private let patch: Shape
  private let shape: Shape
  private let classes: Int
  /// Planes that are held: plane z lies in slot `z % depth`.
  private let depth: Int
  /// (slot, class, y, x)
  private let sums: Buffer<Float>
  private let weights: ZYX<[Float]>
  private var finished = 0

  init(patch: Shape, weighting: WindowWeighting, shape: Shape, classes: Int) {
    (self.patch, self.shape, self.classes) = (patch, shape, classes)
    depth = min(patch.z, shape.z)
    sums = Buffer(count: depth * classes * shape.y * shape.x)
    weights = ZYX { weighting.weights(along: patch[$0]) }
  }

  /// Adds a patch's probabilities, (class, z, y, x).
  /// - Precondition: no plane that it reaches is finished.
  func add(_ probabilities: UnsafeBufferPointer<Float>, at origin: ZYX<Int>) {
    let inside = ZYX { max(0, origin[$0])..<min(shape[$0], origin[$0] + patch[$0]) }
    precondition(inside.z.lowerBound >= finished, "a patch of finished planes")
    guard let source = probabilities.baseAddress else { return }
    for z in inside.z {
      for label in 0..<classes {
        for y in inside.y {
          let weight = weights.z[z - origin.z] * weights.y[y - origin.y]
          let row = ((label * patch.z + z - origin.z) * patch.y + y - origin.y) * patch.x - origin.x
          let target = sums.base + ((z % depth * classes + label) * shape.y + y) * shape.x
          weights.x.withUnsafeBufferPointer { weights in
            for x in inside.x { target[x] += source[row + x] * (weight * weights[x - origin.x]) }
          }
        }
      }
    }
  }

  /// Gives each plane below `z` that was not given yet, (class, y, x), and forgets it.
  func finish(below z: Int, _ plane: (Int, UnsafeMutableBufferPointer<Float>) -> Void) {
    let count = classes * shape.y * shape.x
    while finished < z {
      let slot = sums.base + finished % depth * count
      plane(finished, UnsafeMutableBufferPointer(start: slot, count: count))
      slot.update(repeating: 0, count: count)
      finished += 1
    }
  }
}
