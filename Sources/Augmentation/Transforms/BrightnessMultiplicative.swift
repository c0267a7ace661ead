import Randomness

/// Multiplies values by a factor.
public struct BrightnessMultiplicative: Sendable, Equatable, Encodable {
  /// The range of factors.
  public var factor: ClosedRange<Double>
  /// Whether half of the draws are below 1, where the range has such (nnU-Net); otherwise all factors are as likely.
  public var isBalanced: Bool
  /// How often, and to which channels.
  public var chances: Chances

  /// A change of brightness; batchgenerators' range where none is given.
  public init(factor: ClosedRange<Double> = 0.5...2, isBalanced: Bool = false, chances: Chances = Chances()) {
    self.factor = factor
    self.isBalanced = isBalanced
    self.chances = chances
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// Each channel's factor; null for channels that are left alone.
    public var factor: [Double?]
  }

  func draw(channels: Int, using stream: inout RandomStream) -> Drawn? {
    chances.draw(channels: channels, using: &stream) { stream in
      isBalanced ? stream.factor(in: factor) : stream.uniform(in: factor)
    }.map(Drawn.init)
  }
}
