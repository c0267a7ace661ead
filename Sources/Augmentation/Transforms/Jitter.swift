import Randomness
import Volumes

/// Shifts the patch by whole voxels within its margin; where it came to lie is reported.
public struct Jitter: Sendable, Equatable, Encodable {
  /// The largest shift along each axis in voxels, either way; nil for the margin. Never more than the margin.
  public var voxels: ZYX<Int>?
  /// The probability that a sample is shifted.
  public var probability: Double

  /// A shift; as far as the margin goes where nothing is given.
  public init(voxels: ZYX<Int>? = nil, probability: Double = 1) {
    self.voxels = voxels
    self.probability = probability
  }

  /// What was drawn.
  public struct Drawn: Sendable, Codable, Equatable {
    /// The shift of the patch's first voxel, z, y and x.
    public var voxels: ZYX<Int>
  }

  func draw(margin: Shape, using stream: inout RandomStream) -> Drawn? {
    let happens = stream.chance(probability)
    func shift(_ margin: Int, _ limit: Int?) -> Int {
      let most = min(margin, limit ?? margin)
      return stream.integer(in: -most...most)
    }
    let shift = ZYX(z: shift(margin.z, voxels?.z), y: shift(margin.y, voxels?.y), x: shift(margin.x, voxels?.x))
    return happens && shift != ZYX(z: 0, y: 0, x: 0) ? Drawn(voxels: shift) : nil
  }
}
