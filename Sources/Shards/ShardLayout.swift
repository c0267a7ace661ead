import Volumes

/// What all patches of a shard have in common. Whoever holds one can rely on its sizes.
public struct ShardLayout: Sendable, Equatable {
  /// How the image's voxels are stored.
  public enum ImageType: String, Sendable, Codable, CaseIterable {
    case float16, float32

    /// Bytes per voxel.
    public var bytes: Int { self == .float16 ? 2 : 4 }
  }

  /// Images on the one grid.
  public let channels: Int
  /// Voxels of the patch itself along z, y, x.
  public let shape: Shape
  /// Voxels stored around the patch on each side of each axis.
  public let margin: Shape
  /// How the image's voxels are stored.
  public let image: ImageType
  /// How a patch's bytes are packed.
  public let compression: ShardCompression
  /// Classes, background included; 0 where the cases have no label.
  public let classes: Int

  /// The most bytes a patch may take before compression: sizes of HDF5's chunks are 32-bit numbers.
  public static let largestPatch = Int(Int32.max)

  /// A layout whose patches have at least one voxel and fit into a chunk.
  /// - Parameter classes: 1 to 256; 0 for cases without a label.
  /// - Throws: `ShardError.layout`.
  public init(
    channels: Int, shape: Shape, margin: Shape = Shape(z: 0, y: 0, x: 0), image: ImageType = .float16,
    compression: ShardCompression = .lz4, classes: Int
  ) throws(ShardError) {
    self.channels = channels
    self.shape = shape
    self.margin = margin
    self.image = image
    self.compression = compression
    self.classes = classes
    var bytes = image.bytes
    var isSound = (0...256).contains(classes)
    for (extent, border) in [(channels, 0), (shape.z, margin.z), (shape.y, margin.y), (shape.x, margin.x)] {
      // Every factor is below 2^31 and so is the product so far: neither sum nor product can overflow.
      isSound = isSound && extent >= 1 && border >= 0 && extent <= Self.largestPatch && border <= Self.largestPatch
      guard isSound else { break }
      let whole = extent + 2 * border
      isSound = whole <= Self.largestPatch
      guard isSound else { break }
      bytes *= whole
      isSound = bytes <= Self.largestPatch
      guard isSound else { break }
    }
    guard isSound else {
      throw .layout(
        found: "\(channels) channels of \(shape) with margin \(margin) as \(image.rawValue), \(classes) classes")
    }
  }

  /// Voxels that are stored along each axis: the patch and its margin.
  public var storedShape: Shape { Shape { shape[$0] + 2 * margin[$0] } }

  /// Whether all stored voxels of a patch are wanted: with the margin, or where there is none.
  func isWhole(keepsMargin: Bool) -> Bool { keepsMargin || storedShape == shape }

  /// Whether labels are stored.
  public var isLabelled: Bool { classes > 0 }

  /// An image's voxels, all channels.
  public var imageCount: Int { channels * storedShape.count }

  /// An image's bytes before compression.
  public var imageBytes: Int { imageCount * image.bytes }

  /// A label's bytes before compression; 0 without labels.
  public var labelBytes: Int { isLabelled ? storedShape.count : 0 }
}
