import Shards
import TestSupport
import Volumes

/// A label in memory, with boxes of classes in it.
struct SampleLabel {
  let shape: Shape
  var classes: [UInt8]

  init(_ shape: Shape) {
    self.shape = shape
    classes = [UInt8](repeating: 0, count: shape.count)
  }

  subscript(z: Int, y: Int, x: Int) -> UInt8 {
    get { classes[(z * shape.y + y) * shape.x + x] }
    set { classes[(z * shape.y + y) * shape.x + x] = newValue }
  }

  /// Some voxels of some classes, anywhere.
  static func random(_ shape: Shape, voxels: Int, of values: [UInt8], using generator: inout SeededGenerator) -> Self {
    var label = SampleLabel(shape)
    for _ in 0..<voxels {
      label.classes[Int.random(in: 0..<shape.count, using: &generator)] =
        values[Int.random(in: 0..<values.count, using: &generator)]
    }
    return label
  }

  func index<Result>(_ body: (ForegroundIndex) throws -> Result) rethrows -> Result {
    try classes.withUnsafeBytes { try body(ForegroundIndex(label: $0, shape: shape)) }
  }

  /// Whether a voxel lies in a window of a patch, and what class it has; outside is background.
  func value(_ z: Int, _ y: Int, _ x: Int) -> UInt8 {
    guard (0..<shape.z).contains(z), (0..<shape.y).contains(y), (0..<shape.x).contains(x) else { return 0 }
    return self[z, y, x]
  }

  /// Every voxel of a window, in order.
  func window(_ origin: ZYX<Int>, _ shape: Shape) -> [UInt8] {
    (origin.z..<origin.z + shape.z).flatMap { z in
      (origin.y..<origin.y + shape.y).flatMap { y in
        (origin.x..<origin.x + shape.x).map { x in value(z, y, x) }
      }
    }
  }
}

func shape(_ z: Int, _ y: Int, _ x: Int) -> Shape { Shape(z: z, y: y, x: x) }

extension Shape {
  static func random(in range: ClosedRange<Int>, using generator: inout SeededGenerator) -> Shape {
    let z = Int.random(in: range, using: &generator)
    let y = Int.random(in: range, using: &generator)
    return Shape(z: z, y: y, x: Int.random(in: range, using: &generator))
  }
}
