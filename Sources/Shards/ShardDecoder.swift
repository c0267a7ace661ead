import CKernels
import Volumes

/// Turns stored bytes back into voxels, with the working memory for it; of one thread at a time.
public final class ShardDecoder: @unchecked Sendable {
  /// Of the shards that it can decode.
  public let layout: ShardLayout
  private let unpacker: CodecUnpacker
  private let staged: Buffer<UInt8>
  /// Where bytes lie before they are decoded.
  let stored = StoredBytes()

  /// A decoder for shards of that layout.
  public init(_ layout: ShardLayout) {
    self.layout = layout
    unpacker = CodecUnpacker(layout.compression)
    staged = Buffer(count: layout.compression == .none ? 0 : layout.imageBytes)
  }

  /// False for bytes that do not unpack to an image.
  func decodeImage(_ bytes: UnsafeRawBufferPointer, into voxels: UnsafeMutableBufferPointer<Float>) -> Bool {
    guard let target = voxels.baseAddress, let source = bytes.baseAddress else { return false }
    if layout.compression == .none {
      guard bytes.count == layout.imageBytes else { return false }
      if layout.image == .float32 {
        UnsafeMutableRawBufferPointer(voxels).copyMemory(from: bytes)
      } else {
        segprep_widen(source.assumingMemoryBound(to: UInt16.self), voxels.count, target)
      }
      return true
    }
    guard unpacker.unpack(bytes, into: UnsafeMutableRawBufferPointer(staged.values)) else { return false }
    if layout.image == .float32 {
      segprep_unshuffle_floats(staged.base, voxels.count, target)
    } else {
      segprep_widen_shuffled(staged.base, voxels.count, target)
    }
    return true
  }

  /// False for bytes that do not unpack to a label.
  func decodeLabel(_ bytes: UnsafeRawBufferPointer, into voxels: UnsafeMutableBufferPointer<UInt8>) -> Bool {
    unpacker.unpack(bytes, into: UnsafeMutableRawBufferPointer(voxels))
  }
}
