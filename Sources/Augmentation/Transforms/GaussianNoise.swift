import Randomness

/// Adds to each voxel a number of its own from a normal distribution around 0.
public struct GaussianNoise: Sendable, Equatable, Encodable {
  /// The range of standard deviations, in the image's units; batchgenerators calls it variance.
  public var deviation: ClosedRange<Double>
  /// How often, and to which channels.
  public var chances: Chances

  /// Noise; batchgenerators' range where none is given, and one deviation for all channels.
  public init(deviation: ClosedRange<Double> = 0...0.1, chances: Chances = Chances(perChannel: false)) {
    self.deviation = deviation
    self.chances = chances
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// Each channel's standard deviation; null for channels that are left alone.
    public var deviation: [Double?]
    /// From which the numbers are made.
    public var noise: NoiseSeed
  }

  func draw(channels: Int, using stream: inout RandomStream) -> Drawn? {
    let noise = NoiseSeed(using: &stream)
    return chances.draw(channels: channels, using: &stream) { stream in stream.uniform(in: deviation) }
      .map { Drawn(deviation: $0, noise: noise) }
  }
}
