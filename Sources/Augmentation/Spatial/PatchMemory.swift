import Volumes

/// A patch to be sampled, in the caller's memory: the image (channel, z, y, x) and, if there is one, its label.
public struct PatchSource {
  /// The image's values as they are stored.
  public enum Values {
    case float32(UnsafePointer<Float>)
    case float16(UnsafePointer<Float16>)
  }

  /// `channels * shape.count` values; beside each other in memory, channel by channel.
  public var image: Values
  /// `shape.count` classes.
  public var label: UnsafePointer<UInt8>?
  /// Images on the one grid.
  public var channels: Int
  /// Voxels, a margin included.
  public var shape: Shape
  /// What each channel holds beyond the patch, one value a channel.
  public var padValues: UnsafePointer<Float>

  /// - Precondition: at least one channel; fewer than 2^31 voxels.
  public init(
    image: Values, label: UnsafePointer<UInt8>?, channels: Int, shape: Shape, padValues: UnsafePointer<Float>
  ) {
    precondition(channels > 0 && shape.z > 0 && shape.y > 0 && shape.x > 0, "a patch of no voxels")
    precondition(shape.count < 1 << 31, "\(shape) voxels are too many for one patch")
    self.image = image
    self.label = label
    self.channels = channels
    self.shape = shape
    self.padValues = padValues
  }

  var isFloat32: Bool {
    if case .float32 = image { true } else { false }
  }
}

/// Where a sampled patch goes, in the caller's memory. Must not be the source's.
public struct PatchTarget {
  /// Room for `channels * output.count` values.
  public var image: UnsafeMutablePointer<Float>
  /// Room for `output.count` classes; nil where the label is not wanted.
  public var label: UnsafeMutablePointer<UInt8>?

  /// A target.
  public init(image: UnsafeMutablePointer<Float>, label: UnsafeMutablePointer<UInt8>?) {
    self.image = image
    self.label = label
  }
}
