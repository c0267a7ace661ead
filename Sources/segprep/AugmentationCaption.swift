import Augmentation
import Pipeline
import Volumes

extension AugmentationRecord {
  /// What happened to a channel, in a line.
  func caption(channel: Int) -> String {
    let parts = transforms.compactMap { $0.drawn.caption(channel: channel) }
    return parts.isEmpty ? "nothing was drawn" : parts.joined(separator: "; ")
  }
}

extension DrawnTransform {
  fileprivate func caption(channel: Int) -> String? {
    switch self {
    case .rotation(let it): "rotation \(text(it.degrees)) degrees"
    case .mirror(let it): "mirror " + [SpatialAxis.z, .y, .x].filter { it.axes[$0] }.map { "\($0)" }.joined()
    case .scale(let it): "scale \(text(it.factor))"
    case .elastic(let it): "elastic alpha \(text(it.alpha)) sigma \(text(it.sigma))"
    case .jitter(let it): "jitter \(text(it.voxels.map(Double.init)))"
    case .brightnessMultiplicative(let it): it.factor[channel].map { "brightness x \(text($0))" }
    case .brightnessAdditive(let it): it.offset[channel].map { "brightness + \(text($0))" }
    case .contrast(let it): it.factor[channel].map { "contrast \(text($0))" }
    case .gamma(let it): it.exponent[channel].map { "gamma \(text($0))\(it.inverts ? " inverted" : "")" }
    case .gaussianNoise(let it): it.deviation[channel].map { "noise \(text($0))" }
    case .gaussianBlur(let it): it.sigma[channel].map { "blur \(text($0))" }
    case .simulatedLowResolution(let it): it.zoom[channel].map { "low resolution \(text($0))" }
    }
  }

  private func text(_ number: Double) -> String {
    let decimals = abs(number) < 1 ? 3 : abs(number) < 100 ? 2 : 0
    return Quantity.number(number, decimals: decimals)
  }

  /// Once where all axes are alike.
  private func text(_ axes: ZYX<Double>) -> String {
    axes.z == axes.y && axes.y == axes.x ? text(axes.z) : "z \(text(axes.z)) y \(text(axes.y)) x \(text(axes.x))"
  }
}
