/// A mean with its 95 % confidence interval by Student's t: mean +- t(0.975, n - 1) * s / sqrt(n), s with ddof 1.
public struct MeanInterval: Sendable, Equatable {
  /// The mean of the finite values; nan where there is none.
  public let mean: Double
  /// The interval's lower end; nan for fewer than two values.
  public let lower: Double
  /// The interval's upper end; nan for fewer than two values.
  public let upper: Double
  /// Values that were finite.
  public let count: Int
  /// Values that were not, and are in none of the numbers.
  public let leftOut: Int

  /// The mean of the values that are finite.
  public init(of values: [Double]) {
    let finite = values.filter(\.isFinite)
    count = finite.count
    leftOut = values.count - finite.count
    let n = Double(count)
    let mean = finite.isEmpty ? Double.nan : finite.reduce(0, +) / n
    self.mean = mean
    guard count > 1 else {
      (lower, upper) = (.nan, .nan)
      return
    }
    let variance = finite.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    let half = StudentT.quantile(0.975, degrees: count - 1) * (variance / n).squareRoot()
    (lower, upper) = (mean - half, mean + half)
  }
}
