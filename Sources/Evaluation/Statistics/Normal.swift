import Foundation

/// The standard normal distribution.
enum Normal {
  /// The probability of a value at least as far from 0, on either side.
  static func twoSided(_ z: Double) -> Double { min(1, erfc(abs(z) / 2.squareRoot())) }
}
