import Volumes

/// All that happened to one sample: enough to make it again, to the bit, with an augmenter of the same transforms.
public struct AugmentationRecord: Sendable, Codable, Equatable {
  /// A transform that happened.
  public struct Entry: Sendable, Codable, Equatable {
    /// Its place in the augmenter's list, from 0.
    public var place: Int
    /// What was drawn for it.
    public var drawn: DrawnTransform
  }

  /// The sample.
  public var key: SampleKey
  /// The transforms that happened, in the list's order.
  public var transforms: [Entry]

  /// How far jitter moved the patch: its first voxel lies at the origin that was asked for plus this (z, y, x).
  public var originShift: ZYX<Int> {
    var shift = ZYX(z: 0, y: 0, x: 0)
    for entry in transforms {
      guard case .jitter(let jitter) = entry.drawn else { continue }
      shift = ZYX { shift[$0] + jitter.voxels[$0] }
    }
    return shift
  }
}
