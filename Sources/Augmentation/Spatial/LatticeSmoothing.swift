#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How independent numbers on a lattice of one sigma's spacing become B-spline coefficients of a field whose correlation
/// is that of white noise filtered with a Gaussian of sigma.
///
/// A cubic B-spline blurs by itself: its variance is 1/3 of the squared spacing. A discrete Gaussian supplies what is
/// missing. The field's correlation is then within 0.005 of exp(-t^2 / (4 sigma^2)), and its strength the same everywhere
/// within 0.6 % in three dimensions.
enum LatticeSmoothing {
  /// Numbers on either side of one that its coefficient is made from.
  static let reach = 4

  /// 2 * reach + 1 weights that add up to 1.
  static let weights: [Float] = exactWeights.map(Float.init)

  /// The mean variance of the field along one axis, for numbers of variance 1.
  static let variance: Double = {
    // The cubic B-spline's correlation with itself at whole distances: the B-spline of order 7 (times 5040).
    let overlap = [2416.0, 1191, 120, 1].map { $0 / 5040 }
    var sum = 0.0
    for (i, first) in exactWeights.enumerated() {
      for (j, second) in exactWeights.enumerated() where abs(i - j) < overlap.count {
        sum += first * second * overlap[abs(i - j)]
      }
    }
    return sum
  }()

  private static let exactWeights: [Double] = {
    let missing = 1 - 1.0 / 3
    let gaussian = (-reach...reach).map { exp(-Double($0 * $0) / (2 * missing)) }
    let sum = gaussian.reduce(0, +)
    return gaussian.map { $0 / sum }
  }()
}
