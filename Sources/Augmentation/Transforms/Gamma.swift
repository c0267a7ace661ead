import Randomness

/// Raises values to a power between their extremes: ((v - min) / (max - min + 1e-7))^exponent * (max - min) + min.
public struct Gamma: Sendable, Equatable, Encodable {
  /// The range of exponents; half of the draws are below 1 where it has such.
  public var exponent: ClosedRange<Double>
  /// Whether values are negated before and after, so that the bright ones are spread instead of the dark ones.
  public var inverts: Bool
  /// Whether mean and standard deviation are put back to what they were.
  public var retainsStatistics: Bool
  /// How often, and to which channels.
  public var chances: Chances

  /// A gamma curve; MIScnn's range where none is given.
  public init(
    exponent: ClosedRange<Double> = 0.7...1.5, inverts: Bool = false, retainsStatistics: Bool = false,
    chances: Chances = Chances()
  ) {
    self.exponent = exponent
    self.inverts = inverts
    self.retainsStatistics = retainsStatistics
    self.chances = chances
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// Each channel's exponent; null for channels that are left alone.
    public var exponent: [Double?]
    /// Whether values are negated before and after.
    public var inverts: Bool
    /// Whether mean and standard deviation are put back.
    public var retainsStatistics: Bool
  }

  func draw(channels: Int, using stream: inout RandomStream) -> Drawn? {
    chances.draw(channels: channels, using: &stream) { stream in stream.factor(in: exponent) }
      .map { Drawn(exponent: $0, inverts: inverts, retainsStatistics: retainsStatistics) }
  }
}
