#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One half of a Gaussian's weights, the middle one first, cut off at four standard deviations; their sum over both sides
/// is 1. As SciPy's `_gaussian_kernel1d`.
enum GaussianWeights {
  /// Writes the weights; returns how many follow the middle one.
  static func fill(_ weights: UnsafeMutablePointer<Float>, sigma: Double) -> Int {
    let radius = Int(4 * sigma + 0.5)
    func density(_ distance: Int) -> Double {
      distance == 0 ? 1 : exp(-0.5 * Double(distance * distance) / (sigma * sigma))
    }
    let sum = (0...radius).reduce(0) { $0 + ($1 == 0 ? 1 : 2) * density($1) }
    for distance in 0...radius { weights[distance] = Float(density(distance) / sum) }
    return radius
  }
}
