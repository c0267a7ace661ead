import Randomness

/// Adds a number to all values.
public struct BrightnessAdditive: Sendable, Equatable, Encodable {
  /// The mean of the normal distribution that it comes from, in the image's units.
  public var mean: Double
  /// The distribution's standard deviation, in the image's units.
  public var deviation: Double
  /// How often, and to which channels.
  public var chances: Chances

  /// A change of brightness.
  public init(mean: Double = 0, deviation: Double = 0.1, chances: Chances = Chances()) {
    self.mean = mean
    self.deviation = deviation
    self.chances = chances
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// What is added to each channel; null for channels that are left alone.
    public var offset: [Double?]
  }

  func draw(channels: Int, using stream: inout RandomStream) -> Drawn? {
    chances.draw(channels: channels, using: &stream) { stream in
      stream.normal(mean: mean, standardDeviation: deviation)
    }.map(Drawn.init)
  }
}
