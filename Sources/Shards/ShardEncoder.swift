import CKernels
import Volumes

/// Turns one patch after the other into the bytes that are stored; of one thread at a time.
final class ShardEncoder: @unchecked Sendable {
  private let layout: ShardLayout
  private let imageVoxels: Buffer<Float>
  private let labelVoxels: Buffer<UInt8>
  /// The image's voxels as they are stored, before they are packed.
  private let staged: Buffer<UInt8>
  private let packedImage: Buffer<UInt8>
  private let packedLabel: Buffer<UInt8>
  private let packer: CodecPacker
  private let counts = Buffer<UInt64>(count: 256)

  /// The stored image and label; good until the next patch.
  private(set) var image = UnsafeRawBufferPointer(start: nil, count: 0)
  private(set) var label = UnsafeRawBufferPointer(start: nil, count: 0)
  private(set) var imageChecksum: UInt32 = 0
  private(set) var labelChecksum: UInt32 = 0
  /// The greatest rounding error of the image's voxels.
  private(set) var worstRounding: Float = 0

  init(_ layout: ShardLayout) {
    self.layout = layout
    imageVoxels = Buffer(count: layout.imageCount)
    labelVoxels = Buffer(count: layout.labelBytes)
    packer = CodecPacker(layout.compression)
    let isPacked = layout.compression != .none
    staged = Buffer(count: isPacked || layout.image == .float16 ? layout.imageBytes : 0)
    packedImage = Buffer(count: isPacked ? packer.bound(layout.imageBytes) : 0)
    packedLabel = Buffer(count: isPacked ? packer.bound(layout.labelBytes) : 0)
  }

  /// What an encoder for the layout takes, at most, in bytes.
  static func bytes(_ layout: ShardLayout) -> Int {
    let bound = CodecPacker(layout.compression).bound
    return 4 * layout.imageCount + layout.labelBytes + layout.imageBytes + bound(layout.imageBytes)
      + bound(layout.labelBytes)
  }

  /// Where the patch's voxels go.
  var buffers: ShardBuffers { ShardBuffers(image: imageVoxels.values, label: labelVoxels.values) }

  /// Voxels per class in the patch itself, its margin not counted.
  var classCounts: [Int] { counts.values.prefix(layout.classes).map { Int($0) } }

  /// Encodes what lies in `buffers`.
  /// - Throws: `ShardError` for voxels that the layout cannot store.
  func encode(_ patch: ShardPatch) throws(ShardError) {
    image = packer.pack(try stage(patch), into: UnsafeMutableRawBufferPointer(packedImage.values))
    imageChecksum = CRC32C.checksum(image)
    guard layout.isLabelled else { return }
    try count(patch)
    label = packer.pack(labelVoxels.bytes, into: UnsafeMutableRawBufferPointer(packedLabel.values))
    labelChecksum = CRC32C.checksum(label)
  }

  /// The image's voxels in their stored type, shuffled where they will be packed.
  private func stage(_ patch: ShardPatch) throws(ShardError) -> UnsafeRawBufferPointer {
    let count = layout.imageCount
    switch (layout.image, layout.compression) {
    case (.float32, .none): return imageVoxels.bytes
    case (.float32, _): segprep_shuffle_floats(imageVoxels.base, count, staged.base)
    case (.float16, let compression):
      var halving = segprep_halving()
      if compression == .none {
        staged.base.withMemoryRebound(to: UInt16.self, capacity: count) {
          segprep_halve(imageVoxels.base, count, $0, &halving)
        }
      } else {
        segprep_halve_shuffled(imageVoxels.base, count, staged.base, &halving)
      }
      guard halving.largest <= Self.largestHalf else {
        throw patch.tooLarge(found: halving.largest)
      }
      worstRounding = halving.worst
    }
    return staged.bytes
  }

  /// The largest number that IEEE 754 binary16 holds.
  private static let largestHalf: Float = 65504

  private func count(_ patch: ShardPatch) throws(ShardError) {
    layout.count(labelVoxels.base, into: counts.base)
    guard let foreign = (layout.classes..<256).first(where: { counts.base[$0] > 0 }) else { return }
    throw .foreignClass(caseIdentifier: patch.caseIdentifier, found: foreign, classes: layout.classes)
  }
}

extension ShardPatch {
  fileprivate func tooLarge(found: Float) -> ShardError {
    variant == 0
      ? .tooLarge(caseIdentifier: caseIdentifier, found: found)
      : .variantTooLarge(caseIdentifier: caseIdentifier, origin: origin, variant: variant, found: found)
  }
}
