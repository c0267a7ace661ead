import Volumes

/// Memory for one batch: its own, or a trainer's (pinned, or a tensor's), which then is filled without a copy.
public struct BatchMemory: @unchecked Sendable {
  /// (sample, channel, z, y, x), in the type that the stream was asked for.
  public let image: UnsafeMutableRawPointer
  /// (sample, z, y, x).
  public let label: UnsafeMutablePointer<UInt8>
  private let owned: (image: Buffer<UInt8>, label: Buffer<UInt8>)?

  /// A trainer's memory: as large as `BatchShape` says, and alive until the stream is cancelled or gone.
  public init(image: UnsafeMutableRawPointer, label: UnsafeMutablePointer<UInt8>) {
    self.image = image
    self.label = label
    owned = nil
  }

  init(_ shape: BatchShape) {
    let owned = (image: Buffer<UInt8>(count: shape.imageBytes), label: Buffer<UInt8>(count: shape.labelBytes))
    image = UnsafeMutableRawPointer(owned.image.base)
    label = owned.label.base
    self.owned = owned
  }
}

/// The extents of a batch.
public struct BatchShape: Sendable, Equatable {
  /// Of this rank.
  public let samples: Int
  /// Images on the one grid.
  public let channels: Int
  /// Voxels of a patch along z, y, x.
  public let patch: Shape
  /// The type of the image's values.
  public let image: StreamOptions.ImageType

  /// An image of one sample, in voxels of all channels.
  public var imageCount: Int { channels * patch.count }
  /// All images of a batch, in bytes.
  public var imageBytes: Int { samples * imageCount * image.bytes }
  /// All labels of a batch, in bytes.
  public var labelBytes: Int { samples * patch.count }
}
