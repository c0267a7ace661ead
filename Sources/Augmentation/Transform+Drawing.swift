import Randomness
import Volumes

/// What the draws depend on beside the sample's key.
struct DrawingConditions {
  var channels: Int
  /// Voxels around the patch on each side.
  var margin: Shape
  /// Whether the patch is a single slice.
  var isFlat: Bool
}

extension Transform {
  /// What happens to a sample; nil where nothing does.
  func draw(_ conditions: DrawingConditions, using stream: inout RandomStream) -> DrawnTransform? {
    let (channels, isFlat) = (conditions.channels, conditions.isFlat)
    return switch self {
    case .rotation(let it): it.draw(isFlat: isFlat, using: &stream).map(DrawnTransform.rotation)
    case .mirror(let it): it.draw(isFlat: isFlat, using: &stream).map(DrawnTransform.mirror)
    case .scale(let it): it.draw(isFlat: isFlat, using: &stream).map(DrawnTransform.scale)
    case .elastic(let it): it.draw(using: &stream).map(DrawnTransform.elastic)
    case .jitter(let it): it.draw(margin: conditions.margin, using: &stream).map(DrawnTransform.jitter)
    case .brightnessMultiplicative(let it):
      it.draw(channels: channels, using: &stream).map(DrawnTransform.brightnessMultiplicative)
    case .brightnessAdditive(let it):
      it.draw(channels: channels, using: &stream).map(DrawnTransform.brightnessAdditive)
    case .contrast(let it): it.draw(channels: channels, using: &stream).map(DrawnTransform.contrast)
    case .gamma(let it): it.draw(channels: channels, using: &stream).map(DrawnTransform.gamma)
    case .gaussianNoise(let it): it.draw(channels: channels, using: &stream).map(DrawnTransform.gaussianNoise)
    case .gaussianBlur(let it):
      it.draw(channels: channels, isFlat: isFlat, using: &stream).map(DrawnTransform.gaussianBlur)
    case .simulatedLowResolution(let it):
      it.draw(channels: channels, isFlat: isFlat, using: &stream).map(DrawnTransform.simulatedLowResolution)
    }
  }
}
