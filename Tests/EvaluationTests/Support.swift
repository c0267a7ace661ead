import TestSupport
import Volumes

extension LabelMap {
  /// A segmentation of voxels of a size, whose classes a closure says.
  init(_ shape: Shape, spacing: Spacing = Spacing(z: 1, y: 1, x: 1), _ label: (Int, Int, Int) -> UInt8) {
    let classes = Buffer<UInt8>(count: shape.count)
    for z in 0..<shape.z {
      for y in 0..<shape.y { for x in 0..<shape.x { classes[(z * shape.y + y) * shape.x + x] = label(z, y, x) } }
    }
    let affine = Affine(rows: [[-spacing.x, 0, 0, 7], [0, spacing.y, 0, -3], [0, 0, spacing.z, 1]])
    self.init(shape: shape, classes: classes, affine: affine)
  }

  /// Random classes below `classes`, mostly background.
  static func random(_ shape: Shape, classes: Int, seed: Int, spacing: Spacing = Spacing(z: 1, y: 1, x: 1)) -> LabelMap
  {
    var generator = SeededGenerator(seed: seed)
    return LabelMap(shape, spacing: spacing) { _, _, _ in
      Int.random(in: 0..<3, using: &generator) == 0 ? UInt8(Int.random(in: 0..<classes, using: &generator)) : 0
    }
  }
}

func isNear(_ found: Double, _ expected: Double, _ tolerance: Double = 1e-12) -> Bool {
  abs(found - expected) <= tolerance * max(1, abs(expected))
}
