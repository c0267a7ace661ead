import Augmentation
import Volumes

/// Sampling as its definition says it, in Double and without a thought for speed: what the kernels are held against.
///
/// The meanings are SciPy's `map_coordinates`; spline coefficients are found by solving the equations that define them.
struct PlainSampling {
  let patch: Patch
  let sampling: SpatialSampling
  private let coefficients: [[Double]]
  private let padded: Shape
  private let pad: ZYX<Int>

  init(_ patch: Patch, _ sampling: SpatialSampling) {
    self.patch = patch
    self.sampling = sampling
    let reach = sampling.imageOrder == .cubic && sampling.border == .nearest ? 30 : 0
    let pad = ZYX { axis in axis == .z && patch.shape.z == 1 ? 0 : reach }
    let padded = ZYX { axis in patch.shape[axis] + 2 * pad[axis] }
    self.pad = pad
    self.padded = padded
    coefficients = (0..<patch.channels).map { channel in
      var values = Self.indices(padded).map { place in
        let inside = ZYX { axis in min(max(place[axis] - pad[axis], 0), patch.shape[axis] - 1) }
        return Double(patch.image[channel * patch.shape.count + Self.at(inside, patch.shape)])
      }
      guard sampling.imageOrder == .cubic else { return values }
      for axis in SpatialAxis.allCases where padded[axis] > 1 { Self.solve(&values, padded, axis) }
      return values
    }
  }

  /// The value of every channel at a source index, and the class.
  func callAsFunction(_ place: ZYX<Double>, padValue: Double) -> (image: [Double], label: UInt8) {
    guard let image = folded(place, reach: 30), let label = folded(place, reach: 0) else {
      return ((0..<patch.channels).map { padValue - Double($0) }, 0)
    }
    let values = coefficients.map { values in
      var sum = 0.0
      for (at, weight) in Self.taps(ZYX { image[$0] + Double(pad[$0]) }, padded, sampling.imageOrder) {
        sum += weight * values[Self.at(at, padded)]
      }
      return sum
    }
    let rule: SpatialSampling.Order = sampling.labelRule == .argmax ? .linear : .nearest
    var weights = [Double](repeating: 0, count: 256)
    for (at, weight) in Self.taps(label, patch.shape, rule) {
      weights[Int(patch.label[Self.at(at, patch.shape)])] += weight
    }
    // Weights that differ by a rounding are equal.
    let most = (weights.max() ?? 0) - 1e-6
    return (values, UInt8(weights.firstIndex { $0 >= most } ?? 0))
  }

  private func folded(_ place: ZYX<Double>, reach: Int) -> ZYX<Double>? {
    var place = place
    for axis in SpatialAxis.allCases {
      let last = Double(patch.shape[axis] - 1)
      if place[axis] >= 0 && place[axis] <= last { continue }
      switch sampling.border {
      case .constant: return nil
      case .nearest:
        let reach = Double(min(reach, pad[axis]))
        place[axis] = min(max(place[axis], 0 - reach), last + reach)
      case .mirror:
        var at = last == 0 ? 0 : abs(place[axis]).truncatingRemainder(dividingBy: 2 * last)
        at = at > last ? 2 * last - at : at
        place[axis] = at
      }
    }
    return place
  }

  private static func taps(
    _ place: ZYX<Double>, _ shape: Shape, _ order: SpatialSampling.Order
  ) -> [(Shape, Double)] {
    let axes = ZYX { axis in line(place[axis], shape[axis], order) }
    return axes.z.flatMap { z in
      axes.y.flatMap { y in axes.x.map { x in (Shape(z: z.0, y: y.0, x: x.0), z.1 * y.1 * x.1) } }
    }
  }

  private static func line(_ at: Double, _ count: Int, _ order: SpatialSampling.Order) -> [(Int, Double)] {
    let start = at.rounded(.down)
    let past = at - start
    switch order {
    case .nearest: return [(min(Int((at + 0.5).rounded(.down)), count - 1), 1)]
    case .linear: return [(Int(start), 1 - past), (min(Int(start) + 1, count - 1), past)]
    case .cubic:
      return (-1...2).map { tap in
        let index = abs(Int(start) + tap)
        let period = max(1, 2 * count - 2)
        let along = index % period
        return (count == 1 ? 0 : min(along, period - along), spline(past - Double(tap)))
      }
    }
  }

  static func spline(_ distance: Double) -> Double {
    let t = abs(distance)
    return t < 1 ? 2.0 / 3 - t * t + t * t * t / 2 : t < 2 ? (2 - t) * (2 - t) * (2 - t) / 6 : 0
  }

  /// Solves (c[k-1] + 4 c[k] + c[k+1]) / 6 = f[k] along an axis, c mirrored about both ends (Thomas' algorithm).
  private static func solve(_ values: inout [Double], _ shape: Shape, _ axis: SpatialAxis) {
    let n = shape[axis]
    let step = axis == .z ? shape.y * shape.x : axis == .y ? shape.x : 1
    for start in indices(shape) where start[axis] == 0 {
      let first = at(start, shape)
      var upper = [Double](repeating: 0, count: n)
      for k in 0..<n {
        let (below, above) = (k == n - 1 ? 2.0 : 1, k == 0 ? 2.0 : 1)
        let pivot = k == 0 ? 4 : 4 - below * upper[k - 1]
        upper[k] = k == n - 1 ? 0 : above / pivot
        let before = k == 0 ? 0 : below * values[first + (k - 1) * step]
        values[first + k * step] = (6 * values[first + k * step] - before) / pivot
      }
      for k in stride(from: n - 2, through: 0, by: -1) {
        values[first + k * step] -= upper[k] * values[first + (k + 1) * step]
      }
    }
  }

  static func indices(_ shape: Shape) -> [Shape] {
    (0..<shape.count).map { Shape(z: $0 / (shape.y * shape.x), y: $0 / shape.x % shape.y, x: $0 % shape.x) }
  }

  static func at(_ index: Shape, _ shape: Shape) -> Int { (index.z * shape.y + index.y) * shape.x + index.x }
}
