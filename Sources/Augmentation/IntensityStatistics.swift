/// What is known of one channel of a whole case: where it is given, contrast and gamma take their mean and extremes from
/// it instead of from the patch, as MIScnn did, which augmented before it cropped.
///
/// Only the first group of intensity transforms uses it; mean and deviation that gamma puts back are the patch's always.
public struct IntensityStatistics: Sendable, Codable, Equatable {
  /// The smallest value.
  public var minimum: Double
  /// The greatest value.
  public var maximum: Double
  /// The arithmetic mean.
  public var mean: Double
  /// The standard deviation, ddof 0.
  public var deviation: Double

  /// The numbers of one channel.
  public init(minimum: Double, maximum: Double, mean: Double, deviation: Double) {
    self.minimum = minimum
    self.maximum = maximum
    self.mean = mean
    self.deviation = deviation
  }

  /// Whether there are float32 values that these are the numbers of.
  var arePossible: Bool {
    [minimum, maximum, mean, deviation].allSatisfy { Float($0).isFinite } && minimum <= maximum && deviation >= 0
  }
}

extension ChannelStatistics {
  init(_ statistics: IntensityStatistics) {
    self.init(
      range: Float(statistics.minimum)...Float(statistics.maximum), mean: statistics.mean,
      deviation: statistics.deviation)
  }
}
