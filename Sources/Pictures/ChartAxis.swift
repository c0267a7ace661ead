import Foundation

/// An axis with round numbers on it: steps of 1, 2 or 5 times a power of ten.
struct ChartAxis {
  /// The numbers that are written at it, from its beginning to its end.
  let ticks: [Double]
  private let decimals: Int

  /// An axis that holds all values; from 0 to 1 where there are none. With `isWhole` its steps are whole numbers.
  init(covering values: [Double], isWhole: Bool = false) {
    var (lower, upper) = (values.min() ?? 0, values.max() ?? 1)
    let size = max(abs(lower), abs(upper))
    // No digits would tell such values apart.
    if upper - lower <= size * 1e-9 || upper - lower < 1e-290 {
      let half = size < 1e6 ? 0.5 : size / 20
      (lower, upper) = (lower - half, upper + half)
    }
    if isWhole { (lower, upper) = (lower.rounded(.down), upper.rounded(.up)) }
    let rough = (upper - lower) / 5
    let power = pow(10, floor(log10(rough)))
    let factor = [1, 2, 5, 10].first { $0 * power >= rough * 0.999 } ?? 10
    let step = isWhole ? max(1, (factor * power).rounded()) : factor * power
    let (first, last) = (Int((lower / step + 1e-9).rounded(.down)), Int((upper / step - 1e-9).rounded(.up)))
    ticks = (first...max(last, first + 1)).map { Double($0) * step }
    decimals = max(0, Int((-log10(step) - 1e-9).rounded(.up)))
  }

  /// Where a value lies, 0 at the beginning and 1 at the end.
  func place(_ value: Double) -> Double { (value - ticks[0]) / (ticks[ticks.count - 1] - ticks[0]) }

  /// A number of the axis in digits.
  func text(_ tick: Double) -> String {
    let scale = pow(10, Double(decimals))
    // What 53 bits cannot count is written with a power of ten.
    guard decimals <= 15, abs(tick * scale) < 0x1p53 else { return String(format: "%.4g", tick) }
    let count = Int((tick * scale).rounded())
    if decimals == 0 { return "\(count)" }
    let (whole, rest) = abs(count).quotientAndRemainder(dividingBy: Int(scale))
    let digits = "\(rest)"
    return (count < 0 ? "-" : "") + "\(whole)." + String(repeating: "0", count: decimals - digits.count) + digits
  }
}
