import Augmentation
import Prepared
import Shards
import Volumes

/// The augmented versions of a set's patches: drawn when patches are chosen, made when they are cut.
struct PatchVariants: Sendable {
  private let set: PatchSet
  private let augment: AugmentConfig
  private let drawing: Augmenter

  /// The versions that `augment` makes; nil for a set without any.
  /// - Throws: `AugmentationError`.
  init?(of set: PatchSet, by augment: AugmentConfig?) throws {
    guard set.variants > 0, let augment else { return nil }
    self.set = set
    self.augment = augment
    drawing = try Augmenter(
      transforms: augment.transforms, patchShape: set.shape, margin: augment.jitter, sampling: augment.sampling)
  }

  /// The versions of a case's patches, all of the first patch, then all of the second; and the voxels of the largest
  /// source that one of them is made from.
  /// - Parameter volume: voxels of the prepared case.
  func versions(
    of patches: [ShardPatch], in volume: Shape, channels: Int
  ) throws -> (patches: [ShardPatch], largestSource: Int) {
    var largest = 0
    let workspace = AugmentationWorkspace()
    let versions = try patches.enumerated().flatMap { number, patch in
      try (1...set.variants).map { variant in
        let key = SampleKey(
          seed: UInt64(set.seed), caseIdentifier: patch.caseIdentifier, patch: UInt32(number), epoch: UInt32(variant))
        let drawn = drawing.draw(key, channels: channels)
        let margin = margin(of: drawn, at: patch.origin, in: volume)
        // A field before the last sampling covers the margin too, and must not fold there.
        let record = try augmenter(margin).unfolded(drawn, workspace: workspace)
        largest = max(largest, set.sourceShape(margin).count)
        let origin = patch.origin.moved(by: record.originShift)
        return ShardPatch(
          caseIdentifier: patch.caseIdentifier, origin: origin, flags: flags(of: patch, at: origin, in: volume),
          variant: variant, augmentation: try VariantRecord(margin: margin, record: record).text)
      }
    }
    return (versions, largest)
  }

  private func augmenter(_ margin: Shape) throws -> Augmenter {
    try Augmenter(
      transforms: augment.transforms, patchShape: set.shape, margin: margin, sampling: augment.sampling)
  }

  /// The flags of a patch that jitter has moved.
  private func flags(of patch: ShardPatch, at origin: Shape, in volume: Shape) -> ShardPatch.Flags {
    let isPadded = SpatialAxis.allCases.contains { origin[$0] < 0 || origin[$0] + set.shape[$0] > volume[$0] }
    return isPadded ? patch.flags.union(.padded) : patch.flags.subtracting(.padded)
  }

  /// As much as the sample reads and the case has, but no more than the patch's own length on each side, and no source
  /// of more voxels than an augmenter takes.
  private func margin(of record: AugmentationRecord, at origin: Shape, in volume: Shape) -> Shape {
    let reach = drawing.reach(of: record)
    var margin = Shape { axis in
      let length = set.shape[axis]
      return min(reach[axis], length, max(0, origin[axis], volume[axis] - origin[axis] - length))
    }
    while set.sourceShape(margin).count >= 1 << 31 { margin = margin.map { $0 / 2 } }
    return margin
  }

  /// The most memory that a thread takes for a source of so many voxels: the source, the two copies of it that augmenting
  /// goes back and forth between, and a channel to filter.
  static func bytes(source voxels: Int, channels: Int) -> Int { voxels * (3 * (4 * channels + 1) + 8) }

  /// Makes a version of a patch.
  func make(_ patch: ShardPatch, of mapped: MappedCase, into buffers: ShardBuffers, using scratch: Scratch) throws {
    let variant = try VariantRecord(text: patch.augmentation)
    let shift = variant.record.originShift
    var place = patch
    place.origin = patch.origin.moved(by: shift.map { -$0 })
    var source = set
    source.margin = variant.margin
    let statistics = mapped.description.statistics.channels
    let room = scratch.room(channels: statistics.count, voxels: source.storedShape.count)
    mapped.cut(place, of: source, into: room)
    let augmenter = try augmenter(variant.margin)
    guard let image = room.image.baseAddress, let target = buffers.image.baseAddress else { return }
    try statistics.map { Float($0.minimum) }.withUnsafeBufferPointer { pads in
      guard let pads = pads.baseAddress else { return }
      try augmenter.replay(
        variant.record,
        PatchSource(
          image: .float32(UnsafePointer(image)), label: room.label.baseAddress.map { UnsafePointer($0) },
          channels: statistics.count, shape: source.storedShape, padValues: pads),
        to: PatchTarget(image: target, label: buffers.label.baseAddress),
        statistics: augment.statistics == .case ? statistics.map(IntensityStatistics.init) : nil,
        workspace: scratch.workspace)
    }
  }

  /// What a thread needs to make one version after the other.
  final class Scratch: @unchecked Sendable {
    let workspace = AugmentationWorkspace()
    private var image = Buffer<Float>(count: 0)
    private var label = Buffer<UInt8>(count: 0)

    /// Room for a source; what is in it is the last one's.
    func room(channels: Int, voxels: Int) -> ShardBuffers {
      if image.count < channels * voxels { image = Buffer(count: channels * voxels) }
      if label.count < voxels { label = Buffer(count: voxels) }
      return ShardBuffers(
        image: UnsafeMutableBufferPointer(rebasing: image.values[..<(channels * voxels)]),
        label: UnsafeMutableBufferPointer(rebasing: label.values[..<voxels]))
    }
  }
}

extension AugmentConfig {
  /// The farthest that its jitters may move a patch; nothing for one that goes as far as a margin.
  fileprivate var jitter: Shape {
    transforms.reduce(.zero) { most, transform in
      guard case .jitter(let jitter) = transform, let voxels = jitter.voxels else { return most }
      return Shape { max(most[$0], voxels[$0]) }
    }
  }
}

extension PatchSet {
  fileprivate func sourceShape(_ margin: Shape) -> Shape { Shape { shape[$0] + 2 * margin[$0] } }
}

extension Shape {
  fileprivate func moved(by shift: Shape) -> Shape { Shape { self[$0] + shift[$0] } }
}

extension IntensityStatistics {
  fileprivate init(_ channel: CaseStatistics.Channel) {
    self.init(minimum: channel.minimum, maximum: channel.maximum, mean: channel.mean, deviation: channel.std)
  }
}
