import Randomness
import Volumes

/// Scales the patch about its centre. Coordinates are multiplied, as in batchgenerators: above 1 things become smaller.
public struct Scale: Sendable, Equatable, Encodable {
  /// The range of factors; half of the draws are below 1 where it has such.
  public var factor: ClosedRange<Double>
  /// Whether each axis has a factor of its own.
  public var perAxis: Bool
  /// The probability that a sample is scaled.
  public var probability: Double

  /// A scaling; batchgenerators' range where none is given.
  public init(factor: ClosedRange<Double> = 0.75...1.25, perAxis: Bool = false, probability: Double = 1) {
    self.factor = factor
    self.perAxis = perAxis
    self.probability = probability
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// The factors of coordinates along z, y and x.
    public var factor: ZYX<Double>
  }

  func draw(isFlat: Bool, using stream: inout RandomStream) -> Drawn? {
    let happens = stream.chance(probability)
    var factors = ZYX(z: stream.factor(in: factor), y: stream.factor(in: factor), x: stream.factor(in: factor))
    if !perAxis { factors = ZYX { _ in factors.x } }
    if isFlat { factors.z = 1 }
    return happens ? Drawn(factor: factors) : nil
  }
}
