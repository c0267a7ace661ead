import HDF5
import Volumes

/// The index of a shard in memory: what its patches are and where they lie.
public struct ShardIndex: Sendable, Equatable {
  /// Where the bytes of an image or a label lie in the file.
  public struct Chunk: Sendable, Equatable {
    /// Of its first byte.
    public var offset: Int
    /// Bytes as they are stored.
    public var length: Int
    /// CRC-32C of the bytes as they are stored.
    public var checksum: UInt32

    /// A chunk of `length` bytes at `offset`.
    public init(offset: Int, length: Int, checksum: UInt32) {
      self.offset = offset
      self.length = length
      self.checksum = checksum
    }
  }

  /// The patches, in their order in the file.
  public var patches: [ShardPatch]
  /// The fold that validates on the file's cases; nil where no fold does.
  public var fold: Int?
  /// One per patch.
  public var images: [Chunk]
  /// One per patch; empty without labels.
  public var labels: [Chunk]
  /// Voxels per class in each patch, its margin not counted; empty without labels.
  public var classCounts: [[Int]]

  /// The texts that say what was drawn for each patch; in files with augmented versions only.
  static let augmentation = "index/augmentation"

  /// The datasets below /index beside `case`, with their types and the extent of the second axis where there is one.
  static func columns(classes: Int) -> [(name: String, type: ElementType, width: Int?)] {
    let plain: [(name: String, type: ElementType, width: Int?)] = [
      ("fold", .int32, nil), ("origin_zyx", .int64, 3), ("flags", .uint32, nil), ("variant", .int32, nil),
    ]
    func chunk(_ name: String) -> [(name: String, type: ElementType, width: Int?)] {
      [("offset_" + name, .int64, nil), ("length_" + name, .int64, nil), ("crc32c_" + name, .uint32, nil)]
    }
    return plain + chunk("image") + (classes > 0 ? chunk("label") + [("class_counts", .int64, classes)] : [])
  }
}
