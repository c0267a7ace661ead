import CKernels
import Volumes

/// How often each true class was predicted as each class, and where the classes lie; counted in one pass.
public struct Confusion: Sendable, Equatable {
  /// Classes, the background among them.
  public let classes: Int
  /// Voxels by truth and prediction: `truth * classes + prediction`.
  public private(set) var counts: [Int]
  /// By class, the box around its voxels in either segmentation; nil for the background and for a class that neither has.
  public private(set) var boxes: [Box?]

  /// Counts a pair of segmentations.
  /// - Precondition: every voxel's class is below `classes`.
  public init(_ pair: LabelPair, classes: Int) {
    self.classes = classes
    counts = Array(repeating: 0, count: classes * classes)
    let (shape, prediction, truth) = (pair.shape, pair.prediction.classes.base, pair.truth.classes.base)
    var extents = [ClassExtent](repeating: ClassExtent(), count: classes)
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        let row = (z * shape.y + y) * shape.x
        let (predicted, real) = (prediction + row, truth + row)
        if predicted[0] == 0, real[0] == 0, segprep_is_constant(predicted, shape.x) != 0,
          segprep_is_constant(real, shape.x) != 0
        {
          counts[0] += shape.x
          continue
        }
        for x in 0..<shape.x {
          let (found, expected) = (Int(predicted[x]), Int(real[x]))
          precondition(found < classes && expected < classes, "a class that is none of \(classes)")
          counts[expected * classes + found] += 1
          if found != 0 { extents[found].take(z, y, x) }
          if expected != 0 { extents[expected].take(z, y, x) }
        }
      }
    }
    boxes = extents.map(\.box)
  }

  /// Voxels of a class that were found.
  public func truePositives(of label: Int) -> Int { counts[label * classes + label] }

  /// Voxels that were taken for the class and are of another.
  public func falsePositives(of label: Int) -> Int {
    (0..<classes).reduce(0) { $0 + counts[$1 * classes + label] } - truePositives(of: label)
  }

  /// Voxels of a class that were taken for another.
  public func falseNegatives(of label: Int) -> Int {
    (0..<classes).reduce(0) { $0 + counts[label * classes + $1] } - truePositives(of: label)
  }
}

/// The first and the last place where a class was met along each axis.
private struct ClassExtent {
  var lower = Shape(z: .max, y: .max, x: .max)
  var upper = Shape(z: -1, y: -1, x: -1)

  mutating func take(_ z: Int, _ y: Int, _ x: Int) {
    lower = Shape(z: min(lower.z, z), y: min(lower.y, y), x: min(lower.x, x))
    upper = Shape(z: max(upper.z, z), y: max(upper.y, y), x: max(upper.x, x))
  }

  var box: Box? { upper.z < 0 ? nil : Box(lower: lower, upper: upper.map { $0 + 1 }) }
}
