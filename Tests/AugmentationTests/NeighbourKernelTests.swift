import Augmentation
import TestSupport
import Testing
import Volumes

/// Blur and low resolution against plain sums, from one place to another and in place, on shapes of all kinds: flat,
/// narrower than the kernel, rows that fill no vector.
struct NeighbourKernelTests {
  private static let shapes = [
    Shape(z: 1, y: 9, x: 10), Shape(z: 2, y: 3, x: 1), Shape(z: 5, y: 1, x: 33), Shape(z: 7, y: 6, x: 16),
    Shape(z: 3, y: 17, x: 49),
  ]

  private func patch(_ shape: Shape) -> TestPatch {
    var generator = SeededGenerator(seed: 5)
    return TestPatch(
      shape: shape, values: (0..<shape.count).map { _ in Float.random(in: -1...1, using: &generator) },
      classes: Array(repeating: 0, count: shape.count))
  }

  /// The transform after one that runs in a pass of its own, so that its source is its target.
  private func expect(_ transform: Transform, _ shape: Shape, _ plain: ([Float]) -> [Float]) throws {
    let patch = patch(shape)
    let doubled = Transform.brightnessMultiplicative(BrightnessMultiplicative(factor: 2...2))
    for (transforms, values) in [([transform], patch.values), ([doubled, transform], patch.values.map { 2 * $0 })] {
      let result = try patch.augmented(transforms).patch
      let worst = zip(result.values, plain(values)).map { abs($0 - $1) }.max() ?? 0
      #expect(worst < 1e-6, "\(shape), \(transforms.count)")
    }
  }

  @Test(arguments: shapes, [0.3, 0.8, 1.4]) func blurIsThePlainOne(shape: Shape, sigma: Double) throws {
    // A single slice is left alone along z.
    let widths = ZYX(z: shape.z == 1 ? 0 : sigma, y: sigma, x: sigma)
    try expect(.gaussianBlur(GaussianBlur(sigma: sigma...sigma)), shape) {
      PlainNeighbours.blurred($0, shape, sigma: widths)
    }
  }

  @Test(arguments: shapes, [0.1, 0.5, 0.61, 0.8, 0.95]) func lowResolutionIsThePlainOne(
    shape: Shape, zoom: Double
  ) throws {
    try expect(.simulatedLowResolution(SimulatedLowResolution(zoom: zoom...zoom)), shape) {
      PlainNeighbours.coarsened($0, shape, zoom: zoom)
    }
  }
}
