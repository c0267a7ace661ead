import CKernels

/// A map of values that clips and then scales: (min(max(v, lower), upper) - offset) * scale.
///
/// Clipping, z-score and rescaling are all of this kind, and so is one after the other: a chain of stages costs one pass
/// over the voxels.
public struct Pointwise: Sendable, Equatable {
  /// Values below become it.
  public private(set) var lower = -Double.infinity
  /// Values above become it.
  public private(set) var upper = Double.infinity
  /// Subtracted after the clip.
  public private(set) var offset = 0.0
  /// The last factor; never 0.
  public private(set) var scale = 1.0

  /// The map that changes nothing.
  public init() {}

  /// The map that changes nothing.
  public static let identity = Pointwise()

  /// Whether the map changes nothing.
  public var isIdentity: Bool { self == .identity }

  /// The map's value in Double; the kernels compute the same in Float.
  public func callAsFunction(_ value: Double) -> Double { (min(max(value, lower), upper) - offset) * scale }

  /// This map, and then a clip to `lower ... upper`.
  public func clipped(to bounds: ClosedRange<Double>) -> Pointwise {
    var map = self
    let edges = [bounds.lowerBound, bounds.upperBound].map { $0 / scale + offset }.sorted()
    map.lower = min(max(lower, edges[0]), edges[1])
    map.upper = min(max(upper, edges[0]), edges[1])
    return map
  }

  /// This map, and then `(v - offset) * scale`.
  /// - Precondition: `scale` is finite and not 0.
  public func followed(byOffset next: Double, scale nextScale: Double) -> Pointwise {
    precondition(nextScale.isFinite && nextScale != 0, "a scale that loses the value")
    var map = self
    map.offset = offset + next / scale
    map.scale = scale * nextScale
    return map
  }

  /// The map in the arithmetic of the kernels: the very float that is written for a voxel.
  func written(_ value: Float) -> Float {
    (min(max(value, Float(lower)), Float(upper)) - Float(offset)) * Float(scale)
  }

  var kernel: segprep_pointwise {
    segprep_pointwise(lower: Float(lower), upper: Float(upper), offset: Float(offset), scale: Float(scale))
  }
}
