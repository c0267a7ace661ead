import CKernels

/// What is known about the values of one channel at some point; what is nil is not known.
struct ChannelStatistics: Equatable {
  var range: ClosedRange<Float>?
  var mean: Double?
  /// ddof 0.
  var deviation: Double?

  static let unknown = ChannelStatistics()

  /// After `v * scale + offset`, in the kernel's arithmetic.
  func scaled(by scale: Float, offset: Float) -> ChannelStatistics {
    ChannelStatistics(
      range: range.flatMap { Self.range($0.lowerBound * scale + offset, $0.upperBound * scale + offset) },
      mean: mean.map { $0 * Double(scale) + Double(offset) },
      deviation: deviation.map { $0 * Double(abs(scale)) })
  }

  /// The range that two values are the ends of; nil, not known, where one of them is no number.
  static func range(_ one: Float, _ other: Float) -> ClosedRange<Float>? {
    if one <= other { return one...other }
    return other <= one ? other...one : nil
  }

  func knows(_ wanted: Measurement.Wanted) -> Bool {
    switch wanted {
    case .range: range != nil
    case .mean: range != nil && mean != nil
    case .deviation: range != nil && mean != nil && deviation != nil
    }
  }
}

/// Statistics on the way: filled while voxels pass.
final class Measurement {
  /// How much is measured; each level includes those before it.
  enum Wanted {
    case range
    case mean
    case deviation

    fileprivate var kernel: Int32 {
      switch self {
      case .range: Int32(SEGPREP_RANGE.rawValue)
      case .mean: Int32(SEGPREP_MEAN.rawValue)
      case .deviation: Int32(SEGPREP_DEVIATION.rawValue)
      }
    }
  }

  private let wanted: Wanted
  private var sums = segprep_moments(
    count: 0, sum: 0, squares: 0, lowest: .greatestFiniteMagnitude, highest: -.greatestFiniteMagnitude)
  private var shift: Float = 0

  init(_ wanted: Wanted) { self.wanted = wanted }

  func add(_ values: UnsafePointer<Float>, count: Int) {
    if sums.count == 0 { shift = values[0] }
    segprep_describe(values, count, shift, wanted.kernel, &sums)
  }

  var statistics: ChannelStatistics {
    var result = ChannelStatistics(range: sums.lowest...max(sums.lowest, sums.highest))
    guard wanted != .range else { return result }
    let mean = sums.sum / sums.count
    result.mean = mean + Double(shift)
    guard wanted == .deviation else { return result }
    result.deviation = max(0, sums.squares / sums.count - mean * mean).squareRoot()
    return result
  }
}
