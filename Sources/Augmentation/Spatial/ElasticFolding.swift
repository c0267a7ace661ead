import Volumes

/// Where an elastic field folds space over itself: where the Jacobian determinant of `index + displacement` is not above 0.
///
/// Looked at on the control points and half-way between them, that is every half sigma: a fold that is smaller is missed.
/// Rotation, scale and mirror that follow multiply the determinant by a constant and fold nothing.
final class ElasticFolding {
  /// A damped field's smallest determinant: so far above 0 that what hides between the places looked at does not fold.
  static let dampedDeterminant = 0.1

  /// With the displacement times f, the determinant at a place is 1 + f (first + f (second + f third)).
  private typealias Determinant = SIMD4<Float>

  private let lattice: ElasticLattice
  private var determinants = Workspace<Determinant>()
  private var lines = Workspace<Float>()

  init(lattice: ElasticLattice) { self.lattice = lattice }

  /// The smallest determinant of the lattice's field.
  func smallestDeterminant() -> Double { smallest(look(), 1) }

  /// What the displacements have to be multiplied by so that they do not fold; 1 where they do not.
  func damping() -> Double {
    if isSurelySmooth { return 1 }
    let places = look()
    guard smallest(places, 1) <= 0 else { return 1 }
    var (kept, folded) = (0.0, 1.0)
    for _ in 0..<20 {
      let middle = (kept + folded) / 2
      if smallest(places, middle) >= Self.dampedDeterminant { kept = middle } else { folded = middle }
    }
    return kept
  }

  /// Whether the control points' differences alone rule folds out: a spline is nowhere steeper than they are, and no
  /// eigenvalue of the Jacobian reaches 0 while the slopes of each displacement add up to less than 1 (Gershgorin).
  private var isSurelySmooth: Bool {
    let points = lattice.points
    for component in SpatialAxis.allCases {
      let values = lattice.coefficients(component)
      var sum = 0.0
      for (step, gap) in [(lattice.step.x, 1), (lattice.step.y, points.x), (lattice.step.z, points.y * points.x)] {
        // Differences across the ends of lines count too: that can only be too careful.
        var steepest: Float = 0
        for index in 0..<max(0, points.count - gap) {
          steepest = max(steepest, abs(values[index + gap] - values[index]))
        }
        sum += Double(steepest) / step
      }
      if sum >= 1 { return false }
    }
    return true
  }

  private func smallest(_ places: UnsafeMutableBufferPointer<Determinant>, _ factor: Double) -> Double {
    let f = Float(factor)
    return Double(places.reduce(Float.infinity) { min($0, 1 + f * ($1[0] + f * ($1[1] + f * $1[2]))) })
  }

  /// Four control points' weights for a value and for a slope per voxel.
  private struct Taps {
    var first: Int
    var count = 4
    var value: SIMD4<Float>
    var slope: SIMD4<Float>

    /// The places are half a control point apart; the last one is the last voxel.
    init(place: Int, voxels: Int, step: Double, points: Int) {
      guard points > 1 else {
        (first, count, value, slope) = (0, 1, SIMD4(1, 0, 0, 0), .zero)
        return
      }
      let at = min(Double(place) / 2, Double(voxels - 1) / step)
      first = min(Int(at), points - 4)
      let past = at - Double(first)
      value = SIMD4<Float>(CubicSpline.weights(past))
      slope = SIMD4<Float>(CubicSpline.slopes(past) / step)
    }
  }

  private func look() -> UnsafeMutableBufferPointer<Determinant> {
    let (points, step, voxels) = (lattice.points, lattice.step, lattice.shape)
    let shape = ZYX { Int((2 * Double(lattice.shape[$0] - 1) / step[$0]).rounded(.up)) + 1 }
    let result = determinants.room(for: shape.count)
    let lines = lines.room(for: 9 * points.x)
    var place = 0
    for z in 0..<shape.z {
      let tapsZ = Taps(place: z, voxels: voxels.z, step: step.z, points: points.z)
      for y in 0..<shape.y {
        collapse(tapsZ, Taps(place: y, voxels: voxels.y, step: step.y, points: points.y), to: lines)
        for x in 0..<shape.x {
          result[place] = determinant(lines, points.x, Taps(place: x, voxels: voxels.x, step: step.x, points: points.x))
          place += 1
        }
      }
    }
    return UnsafeMutableBufferPointer(start: result, count: place)
  }

  /// For each displacement z, y, x three lines along x: its slope along z, its slope along y, its value.
  private func collapse(_ z: Taps, _ y: Taps, to lines: UnsafeMutablePointer<Float>) {
    let (rows, length) = (lattice.points.y, lattice.points.x)
    lines.update(repeating: 0, count: 9 * length)
    for component in 0..<3 {
      let values = lattice.coefficients + component * lattice.points.count
      let (slopeZ, slopeY) = (lines + 3 * component * length, lines + (3 * component + 1) * length)
      let value = lines + (3 * component + 2) * length
      for k in 0..<z.count {
        for j in 0..<y.count {
          let from = values + ((z.first + k) * rows + y.first + j) * length
          let (wz, wy, w) = (z.slope[k] * y.value[j], z.value[k] * y.slope[j], z.value[k] * y.value[j])
          for x in 0..<length {
            slopeZ[x] += wz * from[x]
            slopeY[x] += wy * from[x]
            value[x] += w * from[x]
          }
        }
      }
    }
  }

  private func determinant(_ lines: UnsafePointer<Float>, _ length: Int, _ x: Taps) -> Determinant {
    func slopes(_ component: Int) -> SIMD3<Float> {
      func sum(_ line: Int, _ weights: SIMD4<Float>) -> Float {
        let from = lines + (3 * component + line) * length + x.first
        return weights[0] * from[0] + weights[1] * from[1] + weights[2] * from[2] + weights[3] * from[3]
      }
      return SIMD3(sum(0, x.value), sum(1, x.value), sum(2, x.slope))
    }
    let (a, b, c) = (slopes(0), slopes(1), slopes(2))
    let second = a[0] * b[1] - a[1] * b[0] + a[0] * c[2] - a[2] * c[0] + b[1] * c[2] - b[2] * c[1]
    let third =
      a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) + a[2] * (b[0] * c[1] - b[1] * c[0])
    return Determinant(a[0] + b[1] + c[2], second, third, 0)
  }
}
