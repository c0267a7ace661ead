/// The uniform cubic B-spline.
enum CubicSpline {
  /// The weights of the four control points around a place that lies `past` (0 to 1) the second of them.
  static func weights(_ past: Double) -> SIMD4<Double> {
    let (t, s) = (past, 1 - past)
    let near = (t * t * (t - 2) * 3 + 4) / 6
    let far = (s * s * (s - 2) * 3 + 4) / 6
    return SIMD4(s * s * s / 6, near, far, t * t * t / 6)
  }

  /// The derivatives of `weights` by `past`.
  static func slopes(_ past: Double) -> SIMD4<Double> {
    let (t, s) = (past, 1 - past)
    return SIMD4(-s * s / 2, t * (1.5 * t - 2), s * (2 - 1.5 * s), t * t / 2)
  }
}
