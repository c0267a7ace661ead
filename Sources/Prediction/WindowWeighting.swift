import Foundation
import Volumes

/// How much each voxel of a patch counts where patches overlap.
public enum WindowWeighting: String, CaseIterable, Sendable {
  /// All voxels alike.
  case uniform
  /// Less towards the patch's edge, where a network sees less: a Gaussian about the centre along each axis, with a standard
  /// deviation of an eighth of the patch, as nnU-Net has it.
  case gaussian

  /// Along one axis of a patch: the weights of its voxels, 1 at most, all above 0.
  public func weights(along extent: Int) -> [Float] {
    switch self {
    case .uniform: return Array(repeating: 1, count: extent)
    case .gaussian:
      let centre = Double(extent - 1) / 2
      let deviation = Double(extent) / 8
      return (0..<extent).map { Float(exp(-0.5 * pow((Double($0) - centre) / deviation, 2))) }
    }
  }
}
