import Randomness
import Volumes

/// Deforms the patch smoothly, as batchgenerators does: along each axis uniform noise between -1 and 1, blurred with a
/// Gaussian of `sigma` and multiplied by `alpha`, is added to the coordinates.
public struct Elastic: Sendable, Equatable, Encodable {
  /// The range of strengths.
  public var alpha: ClosedRange<Double>
  /// The range of the Gaussian's standard deviations, in voxels; at least `ElasticField.smallestSigma`.
  public var sigma: ClosedRange<Double>
  /// The size of a voxel where alpha and sigma count millimetres; nil where they count voxels, as in batchgenerators.
  public var spacing: Spacing?
  /// Whether a field that would fold space over itself is weakened until it does not; batchgenerators lets it fold.
  public var avoidsFolds: Bool
  /// The probability that a sample is deformed.
  public var probability: Double

  /// A deformation; MIScnn's ranges where none are given.
  public init(
    alpha: ClosedRange<Double> = 0...900, sigma: ClosedRange<Double> = 9...13, spacing: Spacing? = nil,
    avoidsFolds: Bool = false, probability: Double = 1
  ) {
    self.alpha = alpha
    self.sigma = sigma
    self.spacing = spacing
    self.avoidsFolds = avoidsFolds
    self.probability = probability
  }

  func draw(using stream: inout RandomStream) -> ElasticField? {
    let happens = stream.chance(probability)
    let (strength, width) = (stream.uniform(in: alpha), stream.uniform(in: sigma))
    let field = ElasticField(alpha: strength, sigma: width, spacing: spacing, using: &stream)
    return happens && strength > 0 ? field : nil
  }
}
