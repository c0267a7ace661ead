import Volumes

/// What one intensity transform does to one channel.
enum IntensityOperation: Equatable {
  case multiply(Double)
  case add(Double)
  case contrast(factor: Double, preservesRange: Bool)
  case gamma(exponent: Double, inverts: Bool, retainsStatistics: Bool)
  case noise(deviation: Double, NoiseSeed)
  case blur(sigma: ZYX<Double>)
  case coarsen(zoom: ZYX<Double>)
}

extension DrawnTransform {
  /// What an intensity transform does to a channel; nil where it leaves it alone, and for spatial ones.
  func operation(channel: Int) -> IntensityOperation? {
    switch self {
    case .rotation, .mirror, .scale, .elastic, .jitter: nil
    case .brightnessMultiplicative(let it): it.factor[channel].map(IntensityOperation.multiply)
    case .brightnessAdditive(let it): it.offset[channel].map(IntensityOperation.add)
    case .contrast(let it): it.factor[channel].map { .contrast(factor: $0, preservesRange: it.preservesRange) }
    case .gamma(let it):
      it.exponent[channel].map {
        .gamma(exponent: $0, inverts: it.inverts, retainsStatistics: it.retainsStatistics)
      }
    case .gaussianNoise(let it): it.deviation[channel].map { .noise(deviation: $0, it.noise) }
    case .gaussianBlur(let it): it.sigma[channel].map(IntensityOperation.blur)
    case .simulatedLowResolution(let it): it.zoom[channel].map(IntensityOperation.coarsen)
    }
  }
}
