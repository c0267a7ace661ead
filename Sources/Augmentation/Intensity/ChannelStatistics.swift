import CKernels

/// What is known about the values of one channel at some point; what is nil is not known.
struct ChannelStatistics: Equatable {
  struct Moments: Equatable {
    var mean: Double
    /// ddof 0.
    var deviation: Double
  }

  var range: ClosedRange<Float>?
  var moments: Moments?

  static let unknown = ChannelStatistics()

  /// After `v * scale + offset`, in the kernel's arithmetic.
  func scaled(by scale: Float, offset: Float) -> ChannelStatistics {
    ChannelStatistics(
      range: range.map {
        let ends = ($0.lowerBound * scale + offset, $0.upperBound * scale + offset)
        return min(ends.0, ends.1)...max(ends.0, ends.1)
      },
      moments: moments.map {
        Moments(
          mean: $0.mean * Double(scale) + Double(offset), deviation: $0.deviation * Double(abs(scale)))
      })
  }
}

/// Statistics on the way: filled while voxels pass.
final class Measurement {
  private var kernel = segprep_moments()
  private var shift: Float = 0

  init() { clear() }

  func clear() {
    kernel = segprep_moments(
      count: 0, sum: 0, squares: 0, lowest: .greatestFiniteMagnitude, highest: -.greatestFiniteMagnitude)
  }

  func add(_ values: UnsafePointer<Float>, count: Int) {
    if kernel.count == 0 { shift = values[0] }
    var identity = segprep_pointwise(
      lower: -.greatestFiniteMagnitude, upper: .greatestFiniteMagnitude, offset: 0, scale: 1)
    segprep_measure(&identity, values, count, shift, &kernel)
  }

  var statistics: ChannelStatistics {
    let mean = kernel.sum / kernel.count
    let variance = max(0, kernel.squares / kernel.count - mean * mean)
    return ChannelStatistics(
      range: kernel.lowest...max(kernel.lowest, kernel.highest),
      moments: .init(mean: mean + Double(shift), deviation: variance.squareRoot()))
  }
}
