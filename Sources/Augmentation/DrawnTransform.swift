/// What one transform does to one sample: everything random about it.
public enum DrawnTransform: Sendable, Equatable {
  case rotation(Rotation.Drawn)
  case mirror(Mirror.Drawn)
  case scale(Scale.Drawn)
  case elastic(ElasticField)
  case jitter(Jitter.Drawn)
  case brightnessMultiplicative(BrightnessMultiplicative.Drawn)
  case brightnessAdditive(BrightnessAdditive.Drawn)
  case contrast(Contrast.Drawn)
  case gamma(Gamma.Drawn)
  case gaussianNoise(GaussianNoise.Drawn)
  case gaussianBlur(GaussianBlur.Drawn)
  case simulatedLowResolution(SimulatedLowResolution.Drawn)

  /// Which transform it is.
  public var name: Transform.Name {
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

extension DrawnTransform: Codable {
  private enum Key: String, CodingKey { case transform }

  private var parameters: any Encodable {
    switch self {
    case .rotation(let it): it
    case .mirror(let it): it
    case .scale(let it): it
    case .elastic(let it): it
    case .jitter(let it): it
    case .brightnessMultiplicative(let it): it
    case .brightnessAdditive(let it): it
    case .contrast(let it): it
    case .gamma(let it): it
    case .gaussianNoise(let it): it
    case .gaussianBlur(let it): it
    case .simulatedLowResolution(let it): it
    }
  }

  /// The parameters, and the transform's name beside them.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(name, forKey: .transform)
    try parameters.encode(to: encoder)
  }

  /// Reads what `encode` wrote.
  public init(from decoder: any Decoder) throws {
    self =
      switch try decoder.container(keyedBy: Key.self).decode(Transform.Name.self, forKey: .transform) {
      case .rotation: .rotation(try .init(from: decoder))
      case .mirror: .mirror(try .init(from: decoder))
      case .scale: .scale(try .init(from: decoder))
      case .elastic: .elastic(try .init(from: decoder))
      case .jitter: .jitter(try .init(from: decoder))
      case .brightnessMultiplicative: .brightnessMultiplicative(try .init(from: decoder))
      case .brightnessAdditive: .brightnessAdditive(try .init(from: decoder))
      case .contrast: .contrast(try .init(from: decoder))
      case .gamma: .gamma(try .init(from: decoder))
      case .gaussianNoise: .gaussianNoise(try .init(from: decoder))
      case .gaussianBlur: .gaussianBlur(try .init(from: decoder))
      case .simulatedLowResolution: .simulatedLowResolution(try .init(from: decoder))
      }
  }
}

extension DrawnTransform {
  /// For how many channels it was drawn; nil for spatial ones, which treat all alike.
  var channels: Int? {
    switch self {
    case .rotation, .mirror, .scale, .elastic, .jitter: nil
    case .brightnessMultiplicative(let it): it.factor.count
    case .brightnessAdditive(let it): it.offset.count
    case .contrast(let it): it.factor.count
    case .gamma(let it): it.exponent.count
    case .gaussianNoise(let it): it.deviation.count
    case .gaussianBlur(let it): it.sigma.count
    case .simulatedLowResolution(let it): it.zoom.count
    }
  }
}
