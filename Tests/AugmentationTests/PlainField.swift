@testable import Augmentation
import Volumes

/// An elastic lattice evaluated voxel by voxel as its definition says, in Double.
struct PlainField {
  private let lattice = ElasticLattice()

  init(_ field: ElasticField, over shape: Shape) { lattice.build(field, over: shape) }

  /// The displacement in output voxels.
  func displacement(at index: Shape) -> ZYX<Double> { ZYX { value($0, at: index) } }

  private func value(_ component: SpatialAxis, at index: Shape) -> Double {
    let points = lattice.points
    let taps = ZYX { axis -> [(Int, Double)] in
      guard points[axis] > 1 else { return [(0, 1)] }
      let at = Double(index[axis]) / lattice.step[axis]
      // Control point k is the spline around k - 1.
      return (0..<points[axis]).compactMap { point in
        let weight = PlainSampling.spline(at - Double(point - 1))
        return weight == 0 ? nil : (point, weight)
      }
    }
    let coefficients = lattice.coefficients(component)
    var sum = 0.0
    for z in taps.z {
      for y in taps.y {
        for x in taps.x { sum += z.1 * y.1 * x.1 * Double(coefficients[(z.0 * points.y + y.0) * points.x + x.0]) }
      }
    }
    return sum
  }
}
