import Shards

/// The `shards` section: how patches are stored.
public struct ShardsConfig: Sendable, Equatable {
  /// The type of the image's values.
  public var image: ShardLayout.ImageType
  /// What chunks are compressed with.
  public var compression: ShardCompression
  /// Patches in each file but the last of a fold.
  public var filePatches: Int

  /// Shards of 64 patches, halves compressed with lz4, unless said otherwise.
  public init(
    image: ShardLayout.ImageType = .float16, compression: ShardCompression = .lz4, filePatches: Int = 64
  ) {
    self.image = image
    self.compression = compression
    self.filePatches = filePatches
  }
}
