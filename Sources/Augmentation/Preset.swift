/// The sets of transforms that papers used.
public enum Preset: String, Sendable, Codable, CaseIterable {
  /// MIScnn's on batchgenerators 0.21, which the Mixed Focal loss paper used.
  case miscnn
  /// nnU-Net v2's, without elastic deformation as there.
  case nnunet
  /// Nothing changes.
  case none

  /// The transforms in their order.
  public var transforms: [Transform] {
    switch self {
    case .miscnn: Self.miscnnTransforms
    case .nnunet: Self.nnunetTransforms
    case .none: []
    }
  }

  /// How patches are sampled: at order 3 in MIScnn, at order 1 in nnU-Net v2.
  public var sampling: SpatialSampling { SpatialSampling(imageOrder: self == .miscnn ? .cubic : .linear) }

  /// MIScnn 1.x, data_augmentation.py: each kind with a probability of .15, mirroring .5 along each axis.
  private static let miscnnTransforms: [Transform] = {
    let chances = Chances(sample: 0.15)
    return [
      .mirror(Mirror()),
      .contrast(Contrast(factor: 0.3...3, chances: chances)),
      .brightnessMultiplicative(BrightnessMultiplicative(factor: 0.5...2, chances: chances)),
      .gamma(Gamma(exponent: 0.7...1.5, retainsStatistics: true, chances: chances)),
      .gaussianNoise(GaussianNoise(deviation: 0...0.05, chances: Chances(sample: 0.15, perChannel: false))),
      .elastic(Elastic(alpha: 0...900, sigma: 9...13, probability: 0.15)),
      .rotation(Rotation(degrees: 15, probability: 0.15)),
      .scale(Scale(factor: 0.85...1.25, probability: 0.15)),
    ]
  }()

  /// nnU-Net v2, nnUNetTrainer.get_training_transforms; its rotation for patches of about equal sides.
  private static let nnunetTransforms: [Transform] = [
    .rotation(Rotation(degrees: 30, probability: 0.2)),
    .scale(Scale(factor: 0.7...1.4, probability: 0.2)),
    .gaussianNoise(GaussianNoise(deviation: 0...0.1, chances: Chances(sample: 0.1, perChannel: false))),
    .gaussianBlur(GaussianBlur(sigma: 0.5...1, perAxis: true, chances: Chances(sample: 0.2, channel: 0.5))),
    .brightnessMultiplicative(
      BrightnessMultiplicative(factor: 0.75...1.25, isBalanced: true, chances: Chances(sample: 0.15))),
    .contrast(Contrast(factor: 0.75...1.25, chances: Chances(sample: 0.15))),
    .simulatedLowResolution(SimulatedLowResolution(zoom: 0.5...1, chances: Chances(sample: 0.25, channel: 0.5))),
    .gamma(Gamma(exponent: 0.7...1.5, inverts: true, retainsStatistics: true, chances: Chances(sample: 0.1))),
    .gamma(Gamma(exponent: 0.7...1.5, retainsStatistics: true, chances: Chances(sample: 0.3))),
    .mirror(Mirror()),
  ]
}
