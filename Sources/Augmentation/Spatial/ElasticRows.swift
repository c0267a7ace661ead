import CKernels
import Volumes

/// Evaluates an elastic lattice row by row, already turned into source voxels; never for the whole patch at once.
///
/// The splines are taken apart by axis: along x once for all rows of the lattice, along z once for each output slice,
/// along y once for each output row. All of it runs along x without a look-up.
final class ElasticRows {
  /// Values from one displacement axis to the next in a row.
  private(set) var stride = 0
  /// How far any voxel may be displaced along each source axis, in source voxels.
  private(set) var bound = ZYX<Double>(z: 0, y: 0, x: 0)

  private let lattice: ElasticLattice
  private var points = Shape(z: 0, y: 0, x: 0)
  private var step = ZYX<Double>(z: 1, y: 1, x: 1)
  private var turned = Workspace<Float>()
  private var expanded = Workspace<Float>()
  private var slice = Workspace<Float>()
  private var row = Workspace<Float>()
  private var firsts = Workspace<Int32>()
  private var weights = Workspace<Float>()

  init(lattice: ElasticLattice) { self.lattice = lattice }

  /// Takes over the lattice's field as displacements of source indices: `linear` times it.
  func prepare(shape: Shape, linear: ZYX<ZYX<Double>>) {
    points = lattice.points
    step = lattice.step
    let turned = turn(linear)
    let lanes = Int(SEGPREP_WARP_LANES)
    stride = (shape.x + lanes - 1) / lanes * lanes
    let firsts = firsts.room(for: stride)
    let weights = weights.room(for: 4 * stride)
    for x in 0..<stride {
      // Lanes beyond the row repeat its last voxel: they are computed and not stored.
      let (first, four) = taps(min(x, shape.x - 1), step.x, points.x)
      firsts[x] = Int32(first)
      for tap in 0..<4 { weights[tap * stride + x] = four[tap] }
    }
    // Row (kz, ky) of the lattice, then displacement axis, then x.
    let rows = points.z * points.y
    let expanded = expanded.room(for: rows * 3 * stride)
    for axis in 0..<3 {
      segprep_warp_expand(
        turned + axis * points.count, points.x, rows, firsts, weights, stride, expanded + axis * stride, 3 * stride)
    }
  }

  /// Goes on to an output slice; rows of it may then be asked for.
  func enter(slice z: Int) {
    let count = points.y * 3 * stride
    let slice = slice.room(for: count)
    let expanded = expanded.room(for: points.z * count)
    guard points.z > 1 else { return slice.update(from: expanded, count: count) }
    let (first, four) = taps(z, step.z, points.z)
    blend(expanded + first * count, count, four, count, slice)
  }

  /// The displacements of an output row of the slice: along z, y and x, `stride` apart.
  func row(_ y: Int) -> UnsafePointer<Float> {
    let (first, four) = taps(y, step.y, points.y)
    let row = row.room(for: 3 * stride)
    blend(slice.room(for: 0) + first * 3 * stride, 3 * stride, four, 3 * stride, row)
    return UnsafePointer(row)
  }

  private func blend(
    _ rows: UnsafePointer<Float>, _ apart: Int, _ weights: SIMD4<Float>, _ count: Int,
    _ result: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: weights) { pointer in
      pointer.withMemoryRebound(to: Float.self, capacity: 4) { segprep_warp_blend(rows, apart, $0, count, result) }
    }
  }

  /// The first control point that an output index reads, and the weights of the four.
  private func taps(_ index: Int, _ step: Double, _ points: Int) -> (first: Int, weights: SIMD4<Float>) {
    let at = Double(index) / step
    // The last voxel may lie a rounding beyond the last interval.
    let first = min(Int(at), points - 4)
    return (first, SIMD4<Float>(CubicSpline.weights(at - Double(first))))
  }

  private func turn(_ linear: ZYX<ZYX<Double>>) -> UnsafeMutablePointer<Float> {
    let count = points.count
    let turned = turned.room(for: 3 * count)
    let (z, y, x) = (lattice.coefficients(.z), lattice.coefficients(.y), lattice.coefficients(.x))
    for axis in SpatialAxis.allCases {
      let result = turned + (2 - axis.rawValue) * count
      let factors = linear[axis].map { Float($0) }
      var largest: Float = 0
      for index in 0..<count {
        let moved = factors.z * z[index] + factors.y * y[index] + factors.x * x[index]
        result[index] = moved
        largest = max(largest, abs(moved))
      }
      bound[axis] = Double(largest)
    }
    return turned
  }
}
