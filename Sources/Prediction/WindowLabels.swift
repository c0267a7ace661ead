import Volumes

/// What overlapping patches together take each voxel of a volume for: the class of the greatest weighted sum of
/// probabilities, which is that of the greatest mean; the lower of two that are equal.
///
/// Takes memory for as many planes as a patch has, class by class, beside the labels.
public final class WindowLabels {
  private let sum: WindowSum
  private let shape: Shape
  private let choices: [Int]
  private let labels: Buffer<UInt8>

  /// Of a volume of that shape.
  /// - Parameter choices: the classes that a voxel may be taken for, ascending; all where it is nil.
  /// - Precondition: at most 256 classes, which a byte can tell apart.
  public init(patch: Shape, weighting: WindowWeighting, shape: Shape, classes: Int, choices: [Int]? = nil) {
    precondition((1...256).contains(classes), "as many classes as a byte can tell apart")
    (self.shape, self.choices) = (shape, choices ?? Array(0..<classes))
    precondition(self.choices.allSatisfy { (0..<classes).contains($0) }, "choices that are classes")
    sum = WindowSum(patch: patch, weighting: weighting, shape: shape, classes: classes)
    labels = Buffer(count: shape.count)
  }

  /// Adds a patch's probabilities, (class, z, y, x).
  /// - Precondition: patches come from below to above, as a grid has them: none begins below the one before it.
  public func add(_ probabilities: UnsafeBufferPointer<Float>, at origin: ZYX<Int>) {
    sum.finish(below: origin.z, label)
    sum.add(probabilities, at: origin)
  }

  /// The labels, once all patches are there.
  public func finish(affine: Affine) -> LabelMap {
    sum.finish(below: shape.z, label)
    return LabelMap(shape: shape, classes: labels, affine: affine)
  }

  private func label(_ z: Int, _ sums: UnsafeMutableBufferPointer<Float>) {
    let area = shape.y * shape.x
    let target = labels.base + z * area
    for voxel in 0..<area {
      var (best, greatest) = (0, -Float.infinity)
      for label in choices where sums[label * area + voxel] > greatest {
        (best, greatest) = (label, sums[label * area + voxel])
      }
      target[voxel] = UInt8(best)
    }
  }
}
