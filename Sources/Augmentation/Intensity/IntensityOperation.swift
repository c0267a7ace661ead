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

  /// Whether it leaves every value as it is, so that nothing need be rounded.
  var changesNothing: Bool {
    switch self {
    case .multiply(let factor): factor == 1
    case .add(let offset): offset == 0
    case .contrast(let factor, _): factor == 1
    case .gamma(let exponent, _, _): exponent == 1
    case .noise(let deviation, _): deviation == 0
    case .blur(let sigma): sigma == ZYX(z: 0, y: 0, x: 0)
    case .coarsen(let zoom): zoom == ZYX(z: 1, y: 1, x: 1)
    }
  }
}

extension DrawnTransform {
  /// What an intensity transform does to a channel; nil where it leaves it alone, and for spatial ones.
  func operation(channel: Int) -> IntensityOperation? {
    let operation: IntensityOperation? =
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
    return operation.flatMap { $0.changesNothing ? nil : $0 }
  }
}
