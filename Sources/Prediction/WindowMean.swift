import Volumes

/// The weighted mean of what patches say about a volume, of which only the planes that patches still reach are held.
final class WindowMean {
  private let window: SlidingWindow
  private let shape: Shape
  private let classes: Int
  /// Planes that are held: plane z lies in slot `z % depth`.
  private let depth: Int
  /// (slot, class, y, x)
  private let sums: Buffer<Float>
  private let weights: ZYX<[Float]>
  /// By axis and voxel, the sum of the weights of all patches that reach it: a grid's weights are products of its axes'.
  private let totals: ZYX<[Float]>
  private var finished = 0

  init(_ window: SlidingWindow, shape: Shape, classes: Int, origins: [ZYX<Int>]) {
    self.window = window
    self.shape = shape
    self.classes = classes
    depth = min(window.patch.z, shape.z)
    sums = Buffer(count: depth * classes * shape.y * shape.x)
    let weights = ZYX { window.weighting.weights(along: window.patch[$0]) }
    self.weights = weights
    totals = ZYX { axis in
      var totals = [Float](repeating: 0, count: shape[axis])
      for origin in Set(origins.map { $0[axis] }).sorted() {
        for (place, weight) in weights[axis].enumerated() where totals.indices.contains(origin + place) {
          totals[origin + place] += weight
        }
      }
      return totals
    }
  }

  /// Adds a patch's probabilities, (class, z, y, x).
  /// - Precondition: no plane that it reaches is finished.
  func add(_ probabilities: UnsafeBufferPointer<Float>, at origin: ZYX<Int>) {
    let patch = window.patch
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

  /// Gives the mean of each plane below `z` that was not given yet, and forgets it.
  func finish(below z: Int, _ plane: (Int, UnsafeBufferPointer<Float>) throws -> Void) rethrows {
    let count = classes * shape.y * shape.x
    while finished < z {
      let slot = sums.base + finished % depth * count
      for label in 0..<classes {
        for y in 0..<shape.y {
          let total = totals.z[finished] * totals.y[y]
          let row = slot + (label * shape.y + y) * shape.x
          for x in 0..<shape.x { row[x] /= total * totals.x[x] }
        }
      }
      try plane(finished, UnsafeBufferPointer(start: slot, count: count))
      slot.update(repeating: 0, count: count)
      finished += 1
    }
  }
}
