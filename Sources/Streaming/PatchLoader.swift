import CKernels
import Dispatch
import Shards
import Volumes

/// Puts one sample after the other where it goes in its batch; of one thread at a time.
final class PatchLoader: @unchecked Sendable {
  private let catalogue: SampleCatalogue
  private let shape: BatchShape
  private let seed: UInt64
  private let decoder: ShardDecoder
  private let augmenting: Augmenting?

  /// What augmentation needs beside the decoder.
  private struct Augmenting {
    var worker: any PatchAugmentationWorker
    /// The stored patch with its margin.
    var image: Buffer<Float>
    var label: Buffer<UInt8>
    /// The augmented image, where the batch's type is another.
    var result: Buffer<Float>
  }

  init(
    _ catalogue: SampleCatalogue, _ shape: BatchShape, seed: UInt64, augmentation: (any PatchAugmentation)?
  ) throws {
    self.catalogue = catalogue
    self.shape = shape
    self.seed = seed
    let layout = catalogue.layout
    decoder = ShardDecoder(layout)
    augmenting = try augmentation.map {
      Augmenting(
        worker: try $0.worker(patchShape: layout.shape, margin: layout.margin), image: Buffer(count: layout.imageCount),
        label: Buffer(count: layout.labelBytes),
        result: Buffer(count: shape.image == .float16 ? shape.imageCount : 0))
    }
  }

  /// The most memory that a loader takes, in bytes; what augmentation makes for itself is not in it.
  static func bytes(_ layout: ShardLayout, _ shape: BatchShape, isAugmenting: Bool) -> Int {
    let augmenting = 4 * layout.imageCount + layout.labelBytes + (shape.image == .float16 ? 4 * shape.imageCount : 0)
    return ShardDecoder.bytes(layout) + (isAugmenting ? augmenting : 0)
  }

  /// Makes a sample of a batch.
  func load(
    _ place: EpochOrder.Place, epoch: Int, sample: Int, into memory: BatchMemory, checked: Bool,
    _ times: inout StreamTimes
  ) throws -> StreamSample {
    let entry = catalogue.entries[place.entry]
    let (shard, patch) = (catalogue.shards[entry.shard], catalogue.patch(entry))
    var made = StreamSample()
    made.caseIdentifier = patch.caseIdentifier
    made.patch = entry.number
    made.origin = patch.origin
    made.file = shard.file
    made.place = entry.place
    made.occurrence = place.occurrence
    made.isValid = true
    let target = Target(memory, shape, sample)
    guard let augmenting else {
      let output = PatchOutput(image: target.image, label: target.label, maps: catalogue.maps)
      try shard.reader.load(entry.place, to: output, checked: checked, using: decoder, &times.patches)
      return made
    }
    let stored = PatchOutput(
      image: .float32(augmenting.image.base), label: augmenting.label.base, keepsMargin: true, maps: catalogue.maps)
    try shard.reader.load(entry.place, to: stored, checked: checked, using: decoder, &times.patches)
    let start = DispatchTime.now().uptimeNanoseconds
    let address = SampleAddress(
      seed: seed, caseIdentifier: patch.caseIdentifier, patch: UInt32(truncatingIfNeeded: entry.number),
      epoch: UInt32(truncatingIfNeeded: epoch), occurrence: UInt32(truncatingIfNeeded: place.occurrence))
    let decoded = DecodedPatch(
      image: UnsafeBufferPointer(augmenting.image.values), label: UnsafeBufferPointer(augmenting.label.values),
      channels: shape.channels, shape: catalogue.layout.storedShape, margin: catalogue.layout.margin,
      padValues: catalogue.padValues(of: entry))
    let change = try augment(decoded, address, with: augmenting, to: target)
    made.origin = ZYX { patch.origin[$0] + change.shift[$0] }
    made.drawn = change.drawn
    times.augment += DispatchTime.now().uptimeNanoseconds - start
    return made
  }

  private func augment(
    _ patch: DecodedPatch, _ address: SampleAddress, with augmenting: Augmenting, to target: Target
  ) throws -> PatchChange {
    switch target.image {
    case .float32(let image):
      return try augmenting.worker.augment(patch, at: address, image: image, label: target.label)
    case .float16(let image):
      let change = try augmenting.worker.augment(
        patch, at: address, image: augmenting.result.base, label: target.label)
      var halving = segprep_halving()
      image.withMemoryRebound(to: UInt16.self, capacity: shape.imageCount) {
        segprep_halve(augmenting.result.base, shape.imageCount, $0, &halving)
      }
      guard halving.largest <= Float(Float16.greatestFiniteMagnitude) else {
        throw ShardError.beyondHalf(caseIdentifier: address.caseIdentifier, found: halving.largest)
      }
      return change
    }
  }

  /// Fills a sample with zeros.
  func clear(_ sample: Int, of memory: BatchMemory) {
    let bytes = shape.imageCount * shape.image.bytes
    (memory.image + sample * bytes).initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    (memory.label + sample * shape.patch.count).update(repeating: 0, count: shape.patch.count)
  }

  /// Where a sample goes.
  private struct Target {
    let image: PatchOutput.Image
    let label: UnsafeMutablePointer<UInt8>

    init(_ memory: BatchMemory, _ shape: BatchShape, _ sample: Int) {
      let base = memory.image + sample * shape.imageCount * shape.image.bytes
      switch shape.image {
      case .float32: image = .float32(base.assumingMemoryBound(to: Float.self))
      case .float16: image = .float16(base.assumingMemoryBound(to: Float16.self))
      }
      label = memory.label + sample * shape.patch.count
    }
  }
}
