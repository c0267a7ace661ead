import Preprocessing
import Volumes

/// Resampling as its definition says it, in Double and without a thought for speed: what the kernels are held against.
///
/// Spline coefficients are found by solving the equations that define them, not by recursive filters; beyond an edge
/// that goes on as its last value, 40 more values are put (a coefficient feels 0.268^40 of what is further away).
enum PlainResampling {
  static func image(
    _ grid: Grid<Double>, onto target: TargetGrid, _ order: InterpolationOrder, _ border: Border
  ) -> Grid<Double> {
    var grid = grid
    for axis in SpatialAxis.allCases where target.index[axis] != .identity {
      var shape = grid.shape
      shape[axis] = target.shape[axis]
      var result = [Double](repeating: 0, count: shape.count)
      for (from, to) in zip(lines(grid.shape, axis), lines(shape, axis)) {
        let line = (0..<from.count).map { grid.values[from.start + $0 * from.step] }
        for index in 0..<to.count {
          let at = (Double(index) + 0.5) * target.index[axis].scale - 0.5
          result[to.start + index * to.step] = 0
          for (value, weight) in sample(line, at, order, border) {
            result[to.start + index * to.step] += value * weight
          }
        }
      }
      grid = Grid(shape, result)
    }
    return grid
  }

  /// The weights of all classes at every voxel, and what the rule makes of them.
  static func label(
    _ grid: Grid<UInt8>, onto target: TargetGrid, _ order: InterpolationOrder, _ rule: LabelRule, _ border: Border
  ) -> Grid<UInt8> {
    let axes = ZYX { axis in
      (0..<target.shape[axis]).map { index -> [(index: Int, weight: Double)] in
        let map = target.index[axis]
        if map == .identity { return [(index, 1)] }
        return places(grid.shape[axis], (Double(index) + 0.5) * map.scale - 0.5, order, border)
      }
    }
    return Grid(target.shape) { z, y, x in
      var weights = [Double](repeating: 0, count: 256)
      for a in axes.z[z] {
        for b in axes.y[y] {
          for c in axes.x[x] { weights[Int(grid[a.index, b.index, c.index])] += a.weight * b.weight * c.weight }
        }
      }
      switch rule {
      case .threshold: return UInt8((1..<256).last { weights[$0] >= 0.5 } ?? 0)
      case .argmax: return UInt8(weights.indices.max { weights[$0] < weights[$1] } ?? 0)  // the first of equals
      }
    }
  }

  private static func lines(_ shape: Shape, _ axis: SpatialAxis) -> [(start: Int, step: Int, count: Int)] {
    let steps = Shape(z: shape.y * shape.x, y: shape.x, x: 1)
    let others = SpatialAxis.allCases.filter { $0 != axis }
    return (0..<shape[others[0]]).flatMap { a in
      (0..<shape[others[1]]).map { b in (a * steps[others[0]] + b * steps[others[1]], steps[axis], shape[axis]) }
    }
  }

  private static func sample(
    _ line: [Double], _ at: Double, _ order: InterpolationOrder, _ border: Border
  ) -> [(Double, Double)] {
    guard order == .cubic, line.count > 1 else {
      return places(line.count, at, order, border).map { (line[$0.index], $0.weight) }
    }
    let reach = border == .nearest ? 40 : 0
    let first = [Double](repeating: line[0], count: reach)
    let last = [Double](repeating: line[line.count - 1], count: reach)
    let coefficients = coefficients(first + line + last)
    let at = border == .nearest ? at + Double(reach) : fold(at, line.count)
    let start = Int(at.rounded(.down)) - 1
    return (0..<4).map { tap in
      let index = Int(fold(Double(start + tap), coefficients.count))
      return (coefficients[index], spline(at - Double(start + tap)))
    }
  }

  /// Orders 0 and 1.
  private static func places(
    _ count: Int, _ at: Double, _ order: InterpolationOrder, _ border: Border
  ) -> [(index: Int, weight: Double)] {
    let at = border == .mirror ? fold(at, count) : min(max(at, 0), Double(count - 1))
    if order == .nearest { return [(min(count - 1, Int((at + 0.5).rounded(.down))), 1)] }
    let start = Int(at.rounded(.down))
    return [(start, 1 - (at - Double(start))), (min(start + 1, count - 1), at - Double(start))]
  }

  private static func fold(_ at: Double, _ count: Int) -> Double {
    guard count > 1 else { return 0 }
    var at = abs(at)
    while at > Double(2 * count - 2) { at -= Double(2 * count - 2) }
    return at > Double(count - 1) ? Double(2 * count - 2) - at : at
  }

  private static func spline(_ distance: Double) -> Double {
    let t = abs(distance)
    return t < 1 ? 2.0 / 3 - t * t + t * t * t / 2 : t < 2 ? (2 - t) * (2 - t) * (2 - t) / 6 : 0
  }

  /// Solves (c[k-1] + 4 c[k] + c[k+1]) / 6 = f[k] with c mirrored about both ends (Thomas' algorithm).
  private static func coefficients(_ values: [Double]) -> [Double] {
    let n = values.count
    var upper = [Double](repeating: 0, count: n)
    var result = values
    for k in 0..<n {
      // At an end the neighbour inside counts twice.
      let (below, above) = (k == n - 1 ? 2.0 : 1, k == 0 ? 2.0 : 1)
      let pivot = k == 0 ? 4 : 4 - below * upper[k - 1]
      upper[k] = k == n - 1 ? 0 : above / pivot
      result[k] = k == 0 ? 6 * values[0] / pivot : (6 * values[k] - below * result[k - 1]) / pivot
    }
    for k in stride(from: n - 2, through: 0, by: -1) { result[k] -= upper[k] * result[k + 1] }
    return result
  }
}
