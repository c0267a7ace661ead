import Preprocessing

/// How bright one channel's raw foreground is in one case.
public struct CaseIntensities: Sendable {
  /// How often each intensity occurs.
  public var distribution: IntensityDistribution
  /// The exact range, mean and spread.
  public var moments: CaseStatistics.Channel

  init(_ distribution: IntensityDistribution, _ moments: CaseStatistics.Channel) {
    (self.distribution, self.moments) = (distribution, moments)
  }

  /// What a survey found; nil without foreground.
  public init?(_ channel: RawChannel) {
    guard channel.foreground.count > 0 else { return nil }
    self.init(channel.distribution, CaseStatistics.Channel(channel.foreground))
  }
}

/// The intensities of several cases, each of which counts the same however many voxels it has.
public struct IntensityMixture: Sendable {
  private var moments: [CaseStatistics.Channel] = []
  /// For each intensity its share of each case, added up: a data set's distributions do not all fit into the memory.
  private var shares: [Float: Double] = [:]

  /// A mixture of nothing yet.
  public init() {}

  /// Adds a case; the mixture is the same to the last bit only for the same order.
  public mutating func add(_ part: CaseIntensities) {
    moments.append(part.moments)
    let whole = Double(part.distribution.voxels.reduce(0, +))
    for (value, voxels) in zip(part.distribution.values, part.distribution.voxels) {
      shares[value, default: 0] += Double(voxels) / whole
    }
  }

  /// Whether no case was added.
  public var isEmpty: Bool { moments.isEmpty }
  /// The smallest value of any case.
  public var minimum: Double { moments.map(\.minimum).min() ?? 0 }
  /// The greatest value of any case.
  public var maximum: Double { moments.map(\.maximum).max() ?? 0 }
  /// The mean of the cases' means.
  public var mean: Double { average { $0.mean } }
  /// Standard deviation, ddof 0.
  public var std: Double {
    let mean = mean
    return average { $0.std * $0.std + ($0.mean - mean) * ($0.mean - mean) }.squareRoot()
  }

  /// The lowest intensity that at least this share of the whole does not exceed.
  public func quantile(_ share: Double) -> Double {
    // A sum of shares is right to its rounding only.
    var missing = (share - 1e-9) * Double(moments.count)
    for (value, share) in shares.sorted(by: { $0.key < $1.key }) {
      missing -= share
      if missing <= 0 { return Double(value) }
    }
    return maximum
  }

  /// What a clip to percentiles holds values within.
  public func bounds(_ clip: DatasetClip) -> ClosedRange<Double> {
    let lower = quantile(clip.lowerPercentile / 100)
    return lower...max(lower, quantile(clip.upperPercentile / 100))
  }

  private func average(_ value: (CaseStatistics.Channel) -> Double) -> Double {
    moments.reduce(0) { $0 + value($1) } / Double(max(1, moments.count))
  }
}
