import CKernels
import Prepared
import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Turns stored bytes back into voxels, with the working memory for it; of one thread at a time.
public final class ShardDecoder: @unchecked Sendable {
  /// Of the shards that it can decode.
  public let layout: ShardLayout
  private let unpacker: CodecUnpacker
  private let imageCount: Int
  /// An image or a label, unpacked but not yet in its form.
  private let staged: Buffer<UInt8>
  private let floats = Buffer<Float>(count: PatchRuns.longest)
  /// Where bytes lie before they are decoded.
  let stored = StoredBytes()

  /// A decoder for shards of that layout.
  public init(_ layout: ShardLayout) {
    self.layout = layout
    unpacker = CodecUnpacker(layout.compression)
    imageCount = layout.imageCount
    staged = Buffer(count: layout.compression == .none ? 0 : layout.imageBytes)
  }

  /// The most memory that a decoder of a layout takes, in bytes.
  public static func bytes(_ layout: ShardLayout) -> Int {
    let bound = CodecPacker(layout.compression).bound
    return max(bound(layout.imageBytes), bound(layout.labelBytes)) + 4 * PatchRuns.longest
      + (layout.compression == .none ? 0 : layout.imageBytes)
  }

  /// How decoding ended.
  enum Outcome: Equatable {
    case done
    /// The bytes do not unpack to a patch.
    case unpackable
    /// A value of this magnitude has no half-precision number.
    case beyondHalf(Float)
  }

  /// Decodes an image's stored bytes.
  func decodeImage(_ bytes: UnsafeRawBufferPointer, to output: PatchOutput) -> Outcome {
    guard let voxels = unpacked(bytes, count: layout.imageBytes) else { return .unpackable }
    let runs = PatchRuns(layout, keepsMargin: output.keepsMargin)
    // Once, and not for each run: a shape of another module costs as much to work out as a run of voxels.
    let stored = layout.storedShape.count
    let wanted = output.keepsMargin ? stored : layout.shape.count
    var halving = segprep_halving()
    for channel in 0..<layout.channels {
      let map = output.maps.isEmpty ? nil : output.maps[channel].kernel
      runs.forEach { source, target, count in
        let (source, target) = (channel * stored + source, channel * wanted + target)
        switch output.image {
        case .float32(let image): widen(voxels, from: source, count, map, to: image + target)
        case .float16(let image):
          (image + target).withMemoryRebound(to: UInt16.self, capacity: count) { halves in
            if layout.image == .float16, map == nil {
              copyHalves(voxels, from: source, count, to: halves)
            } else {
              widen(voxels, from: source, count, map, to: floats.base)
              segprep_halve(floats.base, count, halves, &halving)
            }
          }
        }
      }
    }
    return halving.largest <= Self.largestHalf ? .done : .beyondHalf(halving.largest)
  }

  /// Decodes a label's stored bytes.
  func decodeLabel(
    _ bytes: UnsafeRawBufferPointer, to label: UnsafeMutablePointer<UInt8>, keepsMargin: Bool
  ) -> Outcome {
    if layout.isWhole(keepsMargin: keepsMargin) {
      let target = UnsafeMutableRawBufferPointer(start: label, count: layout.labelBytes)
      return unpacker.unpack(bytes, into: target) ? .done : .unpackable
    }
    guard let voxels = unpacked(bytes, count: layout.labelBytes) else { return .unpackable }
    PatchRuns(layout, keepsMargin: false).forEach { source, target, count in
      (label + target).update(from: voxels.assumingMemoryBound(to: UInt8.self) + source, count: count)
    }
    return .done
  }

  /// The largest number that IEEE 754 binary16 holds.
  private static let largestHalf: Float = 65504

  /// The stored voxels, still shuffled where they were packed; nil for bytes that are not `count` packed ones.
  private func unpacked(_ bytes: UnsafeRawBufferPointer, count: Int) -> UnsafeRawPointer? {
    if layout.compression == .none { return bytes.count == count ? bytes.baseAddress : nil }
    let target = UnsafeMutableRawBufferPointer(start: staged.base, count: count)
    return unpacker.unpack(bytes, into: target) ? UnsafeRawPointer(staged.base) : nil
  }

  private func widen(
    _ voxels: UnsafeRawPointer, from place: Int, _ count: Int, _ map: segprep_pointwise?,
    to target: UnsafeMutablePointer<Float>
  ) {
    let plain = voxels + place * layout.image.bytes
    let shuffled = voxels.assumingMemoryBound(to: UInt8.self) + place
    switch (layout.image, layout.compression) {
    case (.float32, .none): memcpy(target, plain, 4 * count)
    case (.float32, _): segprep_unshuffle_floats(shuffled, imageCount, count, target)
    case (.float16, .none): segprep_widen(plain.assumingMemoryBound(to: UInt16.self), count, target)
    case (.float16, _): segprep_widen_shuffled(shuffled, imageCount, count, target)
    }
    if var map { segprep_apply(&map, target, target, count) }
  }

  private func copyHalves(
    _ voxels: UnsafeRawPointer, from place: Int, _ count: Int, to target: UnsafeMutablePointer<UInt16>
  ) {
    if layout.compression == .none {
      memcpy(target, voxels + 2 * place, 2 * count)
    } else {
      segprep_unshuffle_halves(
        voxels.assumingMemoryBound(to: UInt8.self) + place, imageCount, count, target)
    }
  }
}

extension DeferredMaps.Map {
  fileprivate var kernel: segprep_pointwise {
    segprep_pointwise(
      lower: lower.map { Float($0) } ?? -.infinity, upper: upper.map { Float($0) } ?? .infinity,
      offset: Float(offset), scale: Float(scale))
  }
}
