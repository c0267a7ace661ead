import Randomness
import Volumes

/// Turns the order of voxels round along axes, each by itself; exact, no voxel is interpolated.
public struct Mirror: Sendable, Equatable, Encodable {
  /// The probability for each axis.
  public var probability: ZYX<Double>

  /// Every axis as likely, unless told otherwise.
  public init(probability: ZYX<Double> = ZYX(z: 0.5, y: 0.5, x: 0.5)) { self.probability = probability }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// Whether each axis is turned round.
    public var axes: ZYX<Bool>
  }

  func draw(isFlat: Bool, using stream: inout RandomStream) -> Drawn? {
    let axes = ZYX(
      z: stream.chance(probability.z) && !isFlat, y: stream.chance(probability.y), x: stream.chance(probability.x))
    return axes.z || axes.y || axes.x ? Drawn(axes: axes) : nil
  }
}
