import Foundation

/// An ellipsoid: q is the squared distance from its centre, measured in its semi-axes.
struct Blob: Sendable {
  let center: SIMD3<Float>
  /// Unit vectors along the axes, and the axes' half lengths in millimetres.
  let axes: [SIMD3<Float>]
  let halfLengths: SIMD3<Float>

  init(center: SIMD3<Float>, axes: [SIMD3<Float>] = Blob.upright, halfLengths: SIMD3<Float>) {
    self.center = center
    self.axes = axes
    self.halfLengths = halfLengths
  }

  static let upright: [SIMD3<Float>] = [SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)]

  /// Three axes at right angles: the last along `long`, the first as near to `side` as that allows.
  static func frame(long: SIMD3<Float>, side: SIMD3<Float>) -> [SIMD3<Float>] {
    let last = unit(long)
    let first = unit(side - last * (side * last).sum())
    let second = SIMD3(
      last.y * first.z - last.z * first.y, last.z * first.x - last.x * first.z, last.x * first.y - last.y * first.x)
    return [first, second, last]
  }

  static func unit(_ vector: SIMD3<Float>) -> SIMD3<Float> { vector / (vector * vector).sum().squareRoot() }

  /// The point at `place`, in semi-axes from the centre.
  func point(_ place: SIMD3<Float>) -> SIMD3<Float> {
    let steps = place * halfLengths
    return center + axes[0] * steps.x + axes[1] * steps.y + axes[2] * steps.z
  }

  var radius: Float { cbrt(halfLengths.x * halfLengths.y * halfLengths.z) }

  /// The distance below the surface in millimetres, negative outside; exact to first order near the surface.
  func depth(at point: SIMD3<Float>) -> Float {
    let away = point - center
    let place = SIMD3((away * axes[0]).sum(), (away * axes[1]).sum(), (away * axes[2]).sum()) / halfLengths
    let q = (place * place).sum()
    let slope = place / halfLengths
    return (1 - q) / (2 * max((slope * slope).sum().squareRoot(), 0.25 / radius))
  }

  func reach(level: Float) -> (x: ClosedRange<Float>, y: ClosedRange<Float>) {
    func half(_ component: (SIMD3<Float>) -> Float) -> Float {
      let steps = SIMD3(component(axes[0]), component(axes[1]), component(axes[2])) * halfLengths
      return ((steps * steps).sum() * level).squareRoot()
    }
    let (x, y) = (half(\.x), half(\.y))
    return ((center.x - x)...(center.x + x), (center.y - y)...(center.y + y))
  }

  /// Puts q along the row into its scratch; returns the slices where it is below `level`.
  func fill(_ row: borrowing PhantomRow, level: Float, grid: ScanGrid) -> Range<Int> {
    // q = |start + z * step|^2 with z from the centre: a parabola.
    var start = SIMD3<Float>.zero
    var step = SIMD3<Float>.zero
    for axis in 0..<3 {
      let direction = axes[axis] / halfLengths[axis]
      start[axis] = (row.x - center.x) * direction.x + (row.y - center.y) * direction.y
      step[axis] = direction.z
    }
    let (a, b, c) = ((step * step).sum(), (start * step).sum(), (start * start).sum())
    let discriminant = b * b - a * (c - level)
    if discriminant <= 0 { return 0..<0 }
    let root = discriminant.squareRoot()
    let range = grid.slices(from: center.z + (-b - root) / a, to: center.z + (-b + root) / a)
    let (q, heights, middle) = (row.scratch, row.z, center.z)
    for slice in range {
      let z = heights[slice] - middle
      q[slice] = c + z * (2 * b + z * a)
    }
    return range
  }
}
