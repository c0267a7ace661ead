import Foundation

/// Student's t distribution.
enum StudentT {
  /// The value that a t variable of `degrees` degrees of freedom lies below with a probability of at least 1/2.
  ///
  /// Found by bisection of the distribution function; equal to SciPy's `t.ppf` within 1e-9 (relative).
  static func quantile(_ probability: Double, degrees: Int) -> Double {
    precondition(degrees >= 1 && (0.5..<1).contains(probability), "an upper quantile of at least one degree of freedom")
    var (lower, upper) = (0.0, 1.0)
    while cumulative(upper, degrees) < probability { upper *= 2 }
    for _ in 0..<200 where upper - lower > 1e-13 * upper {
      let middle = (lower + upper) / 2
      if cumulative(middle, degrees) < probability { lower = middle } else { upper = middle }
    }
    return (lower + upper) / 2
  }

  private static func cumulative(_ t: Double, _ degrees: Int) -> Double {
    let n = Double(degrees)
    return 1 - incompleteBeta(n / (n + t * t), n / 2, 0.5) / 2
  }

  /// The regularised incomplete beta function, by the continued fraction of Lentz (Numerical Recipes, 6.4).
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    // The fraction converges fast on one side of the mean only.
    return x < (a + 1) / (a + b + 2) ? front * fraction(x, a, b) / a : 1 - front * fraction(1 - x, b, a) / b
  }

  private static func fraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    let kept = { (value: Double) in abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / kept(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / kept(1 + even * d)
      c = kept(1 + even / c)
      result *= c * d
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / kept(1 + odd * d)
      c = kept(1 + odd / c)
      result *= c * d
      if abs(c * d - 1) < 1e-16 { break }
    }
    return result
  }
}
