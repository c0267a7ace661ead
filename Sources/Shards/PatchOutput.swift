import Prepared

/// Where a patch's voxels go, and in which form.
public struct PatchOutput: @unchecked Sendable {
  /// The image's memory, by the type of its values.
  public enum Image {
    case float32(UnsafeMutablePointer<Float>)
    /// Rounded to nearest, ties to even, where the patch is not stored so.
    case float16(UnsafeMutablePointer<Float16>)
  }

  /// (channel, z, y, x).
  public var image: Image
  /// (z, y, x); nil where the label is not wanted or there is none.
  public var label: UnsafeMutablePointer<UInt8>?
  /// Whether the margin is wanted too; otherwise only the patch itself is written.
  public var keepsMargin: Bool
  /// By channel, what is done to the values; empty for nothing.
  public var maps: [DeferredMaps.Map]

  /// Memory for all voxels that are wanted; it must outlive the output.
  public init(
    image: Image, label: UnsafeMutablePointer<UInt8>?, keepsMargin: Bool = false, maps: [DeferredMaps.Map] = []
  ) {
    self.image = image
    self.label = label
    self.keepsMargin = keepsMargin
    self.maps = maps
  }

  /// Whether an image's stored bytes are those that are wanted: then they are read to where they go.
  func takesImageAsStored(_ layout: ShardLayout) -> Bool {
    guard layout.compression == .none, maps.isEmpty, layout.isWhole(keepsMargin: keepsMargin) else { return false }
    return switch image {
    case .float32: layout.image == .float32
    case .float16: layout.image == .float16
    }
  }

  func imageBytes(_ layout: ShardLayout) -> UnsafeMutableRawBufferPointer {
    switch image {
    case .float32(let voxels): UnsafeMutableRawBufferPointer(start: voxels, count: 4 * voxelCount(layout))
    case .float16(let voxels): UnsafeMutableRawBufferPointer(start: voxels, count: 2 * voxelCount(layout))
    }
  }

  private func voxelCount(_ layout: ShardLayout) -> Int {
    layout.channels * (keepsMargin ? layout.storedShape.count : layout.shape.count)
  }
}
