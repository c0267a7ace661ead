import TestSupport
import Testing
import Volumes

@testable import Evaluation

struct DistanceTransformTests {
  @Test(arguments: [
    Shape(z: 1, y: 1, x: 1), Shape(z: 1, y: 1, x: 9), Shape(z: 7, y: 1, x: 1), Shape(z: 5, y: 6, x: 19),
    Shape(z: 3, y: 20, x: 17),
  ])
  func isTheLeastOfAllDistances(shape: Shape) {
    var generator = SeededGenerator(seed: shape.count)
    for spacing in [Spacing(z: 1, y: 1, x: 1), Spacing(z: 3.22, y: 1.62, x: 0.7), Spacing(z: 0.5, y: 5, x: 2)] {
      let sites = (0..<max(1, shape.count / 15)).map { _ in Int.random(in: 0..<shape.count, using: &generator) }
      var transform = DistanceTransform(shape: shape, spacing: spacing)
      transform.run(to: sites)
      for voxel in 0..<shape.count {
        let least = sites.map { square(from: voxel, to: $0, shape, spacing) }.min() ?? .infinity
        #expect(isNear(Double(transform.squares[voxel]), least, 1e-6))
      }
    }
  }

  @Test func isInfiniteWithoutSites() {
    var transform = DistanceTransform(shape: Shape(z: 2, y: 3, x: 4), spacing: Spacing(z: 1, y: 1, x: 1))
    transform.run(to: [5])
    transform.run(to: [])
    #expect(transform.squares.values.allSatisfy { $0 == .infinity })
  }

  private func square(from a: Int, to b: Int, _ shape: Shape, _ spacing: Spacing) -> Double {
    let x = Double(a % shape.x - b % shape.x) * spacing.x
    let y = Double(a / shape.x % shape.y - b / shape.x % shape.y) * spacing.y
    let z = Double(a / (shape.x * shape.y) - b / (shape.x * shape.y)) * spacing.z
    return x * x + y * y + z * z
  }
}
