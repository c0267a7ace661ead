import Randomness
import Volumes

/// A smooth random displacement of every output voxel, as its parameters: the same parameters always give the same field.
///
/// The statistics are batchgenerators' (`elastic_deform_coordinates`): along each axis gaussian_filter(U(-1, 1), sigma) *
/// alpha. So each axis' mean is 0, its RMS alpha / sqrt(3) / (2 sqrt(pi) sigma)^(d / 2) in d dimensions, and the
/// correlation at distance t is exp(-t^2 / (4 sigma^2)). Deliberately other than there, the field is as strong at the
/// patch's border as within (batchgenerators filters with zeros outside, which takes 6 to 11 % off near it).
public struct ElasticField: Sendable, Codable, Equatable {
  /// Strength, as batchgenerators' `alpha`.
  public var alpha: Double
  /// Smoothness: voxels, or millimetres where `spacing` is given.
  public var sigma: Double
  /// The size of an output voxel in millimetres: alpha and sigma then count millimetres, and the field is the same in all
  /// directions of space. Nil: they count voxels, as in batchgenerators.
  public var spacing: Spacing?
  /// Which of all fields; two words of a Philox key.
  public var seed: SIMD2<UInt64>
  /// What the displacement is multiplied by so that it does not fold; 1 where it was not damped.
  public var damping: Double

  /// A field that the next two words of `stream` choose.
  /// - Precondition: `sigma` is at least one voxel along every axis; see `smallestSigma`.
  public init(alpha: Double, sigma: Double, spacing: Spacing? = nil, using stream: inout RandomStream) {
    self.init(alpha: alpha, sigma: sigma, spacing: spacing, seed: SIMD2(stream.next(), stream.next()))
  }

  /// The field of a seed.
  public init(alpha: Double, sigma: Double, spacing: Spacing? = nil, seed: SIMD2<UInt64>, damping: Double = 1) {
    self.alpha = alpha
    self.sigma = sigma
    self.spacing = spacing
    self.seed = seed
    self.damping = damping
    precondition(isPossible, "\(self) is no field")
  }

  /// Reads a field's parameters; those that no field has are refused.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    alpha = try values.decode(Double.self, forKey: .alpha)
    sigma = try values.decode(Double.self, forKey: .sigma)
    spacing = try values.decodeIfPresent(Spacing.self, forKey: .spacing)
    seed = try values.decode(SIMD2<UInt64>.self, forKey: .seed)
    damping = try values.decode(Double.self, forKey: .damping)
    guard isPossible else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "found \(self), expected a sigma of at least 1 voxel"))
    }
  }

  private var isPossible: Bool {
    let steps = voxelSigma
    return alpha.isFinite && damping.isFinite
      && [steps.z, steps.y, steps.x].allSatisfy { $0.isFinite && $0 >= Self.smallestSigma }
  }

  /// Rougher fields than this many voxels are not made: they would fold everywhere.
  public static let smallestSigma = 1.0

  /// Sigma along each axis in voxels.
  public var voxelSigma: ZYX<Double> { spacing?.map { sigma / $0 } ?? ZYX { _ in sigma } }

  /// The RMS displacement along each axis in voxels, over a patch of `shape`; 0 along z of a single slice.
  public func voxelRMS(over shape: Shape) -> ZYX<Double> {
    let dimensions = shape.z == 1 ? 2 : 3
    // 2 sqrt(pi); the square root of its product with sigma, once for each dimension.
    let spread = (2 * Double.pi.squareRoot() * sigma).squareRoot()
    let rms = alpha / 3.0.squareRoot() / (0..<dimensions).reduce(1) { product, _ in product * spread } * damping
    return ZYX { axis in axis == .z && dimensions == 2 ? 0 : rms / (spacing?[axis] ?? 1) }
  }
}
