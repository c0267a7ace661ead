import Randomness

/// Multiplies the distance of values from their mean: (v - mean) * factor + mean, clamped to the old extremes.
public struct Contrast: Sendable, Equatable, Encodable {
  /// The range of factors; half of the draws are below 1 where it has such.
  public var factor: ClosedRange<Double>
  /// Whether values are clamped to what the extremes were before.
  public var preservesRange: Bool
  /// How often, and to which channels.
  public var chances: Chances

  /// A change of contrast; batchgenerators' range where none is given.
  public init(factor: ClosedRange<Double> = 0.75...1.25, preservesRange: Bool = true, chances: Chances = Chances()) {
    self.factor = factor
    self.preservesRange = preservesRange
    self.chances = chances
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// Each channel's factor; null for channels that are left alone.
    public var factor: [Double?]
    /// Whether values are clamped to what the extremes were before.
    public var preservesRange: Bool
  }

  func draw(channels: Int, using stream: inout RandomStream) -> Drawn? {
    chances.draw(channels: channels, using: &stream) { stream in stream.factor(in: factor) }
      .map { Drawn(factor: $0, preservesRange: preservesRange) }
  }
}
