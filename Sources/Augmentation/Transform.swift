/// One of the transforms, with the ranges that its parameters are drawn from.
public enum Transform: Sendable, Equatable, Encodable {
  case rotation(Rotation)
  case mirror(Mirror)
  case scale(Scale)
  case elastic(Elastic)
  case jitter(Jitter)
  case brightnessMultiplicative(BrightnessMultiplicative)
  case brightnessAdditive(BrightnessAdditive)
  case contrast(Contrast)
  case gamma(Gamma)
  case gaussianNoise(GaussianNoise)
  case gaussianBlur(GaussianBlur)
  case simulatedLowResolution(SimulatedLowResolution)

  /// The transforms' names, in pipeline files, records and the random numbers' addresses.
  public enum Name: String, Sendable, Codable, CaseIterable {
    case rotation, mirror, scale, elastic, jitter
    case brightnessMultiplicative = "brightness_multiplicative"
    case brightnessAdditive = "brightness_additive"
    case contrast, gamma
    case gaussianNoise = "gaussian_noise"
    case gaussianBlur = "gaussian_blur"
    case simulatedLowResolution = "simulated_low_resolution"

    /// Whether it moves voxels, rather than changing their values.
    public var isSpatial: Bool {
      switch self {
      case .rotation, .mirror, .scale, .elastic, .jitter: true
      default: false
      }
    }
  }

  /// Which one it is.
  public var name: Name {
    switch self {
    case .rotation: .rotation
    case .mirror: .mirror
    case .scale: .scale
    case .elastic: .elastic
    case .jitter: .jitter
    case .brightnessMultiplicative: .brightnessMultiplicative
    case .brightnessAdditive: .brightnessAdditive
    case .contrast: .contrast
    case .gamma: .gamma
    case .gaussianNoise: .gaussianNoise
    case .gaussianBlur: .gaussianBlur
    case .simulatedLowResolution: .simulatedLowResolution
    }
  }
}
