import Augmentation
import HDF5
import Prepared
import Shards
import Volumes

/// A patch to be shown, with its margin: cut out of a prepared case, or taken from a shard.
struct SheetPatch {
  /// Where it comes from, for the caption.
  let title: String
  let caseIdentifier: String
  /// Its number within its case or shard.
  let number: UInt32
  /// With the margin.
  let image: Volume
  let label: LabelMap?
  let padValues: [Float]
  /// The case's, by channel; nil from a shard, which does not hold them.
  let statistics: [IntensityStatistics]?
  /// Without the margin.
  let shape: Shape
  let margin: Shape

  /// - Parameters:
  ///   - patch: which of a shard's patches; the one with the most foreground if not given.
  ///   - set: what patches of a case are like; the whole case if not given.
  init(path: String, patch: Int?, set: PatchSet?) throws {
    if try HDF5Reader(path: path).text("format") == ShardWriter.format {
      try self.init(shard: ShardReader(path: path), patch: patch)
    } else {
      try self.init(case: CaseFileReader(path: path), set: set)
    }
  }

  private init(shard: ShardReader, patch: Int?) throws {
    let foreground = shard.index.classCounts.map { $0.dropFirst().reduce(0, +) }
    let fullest = foreground.indices.max { (foreground[$0], $1) < (foreground[$1], $0) } ?? 0
    let count = shard.index.patches.count
    let patch = patch ?? fullest
    guard (0..<count).contains(patch) else {
      throw SheetError.noSuchPatch(path: shard.path, found: patch, count: count)
    }
    let layout = shard.layout, entry = shard.index.patches[patch]
    let voxels = Buffer<Float>(count: layout.imageCount), classes = Buffer<UInt8>(count: layout.labelBytes)
    try shard.read(
      patch, into: ShardBuffers(image: voxels.values, label: classes.values), using: ShardDecoder(layout))
    let known = shard.cases[entry.caseIdentifier]
    let affine = (known?.affine ?? .identity).reindexed(
      by: ZYX { LinearIndexMap(scale: 1, offset: Double(entry.origin[$0] - layout.margin[$0])) })
    (caseIdentifier, number) = (entry.caseIdentifier, UInt32(patch))
    title = "\(entry.caseIdentifier), patch \(patch) at \(entry.origin)"
    (shape, margin) = (layout.shape, layout.margin)
    image = Volume(channels: layout.channels, shape: layout.storedShape, voxels: voxels, affine: affine)
    label = layout.isLabelled ? LabelMap(shape: layout.storedShape, classes: classes, affine: affine) : nil
    statistics = nil
    padValues = known?.padValues.map(Float.init) ?? Array(repeating: 0, count: layout.channels)
  }

  private init(case reader: CaseFileReader, set: PatchSet?) throws {
    let (volume, label) = (try reader.image(), try reader.label())
    let set = set ?? PatchSet(name: "whole", sampling: .grid(overlap: .init { _ in 0 }), shape: reader.shape)
    let pads = reader.statistics.channels.map { Float($0.minimum) }
    let middle = label.flatMap(Self.foregroundMiddle) ?? Shape { reader.shape[$0] / 2 }
    let origin = Shape { axis in
      let room = reader.shape[axis] - set.shape[axis]
      return room <= 0 ? room / 2 : min(max(0, middle[axis] - set.shape[axis] / 2), room)
    }
    let crop = PatchCrop(
      ShardPatch(caseIdentifier: reader.caseIdentifier, origin: origin), of: set, in: reader.shape)
    let stored = set.storedShape
    let voxels = Buffer<Float>(count: volume.channels * stored.count)
    for channel in 0..<volume.channels {
      let source = UnsafeRawBufferPointer(
        start: volume.voxels.base + channel * reader.shape.count, count: 4 * reader.shape.count)
      let target = UnsafeMutableRawBufferPointer(
        start: voxels.base + channel * stored.count, count: 4 * stored.count)
      crop.copy(floats: source, fill: pads[channel], to: target)
    }
    let affine = volume.affine.reindexed(
      by: ZYX { LinearIndexMap(scale: 1, offset: Double(origin[$0] - set.margin[$0])) })
    self.label = label.map { label in
      let classes = Buffer<UInt8>(count: stored.count)
      crop.copy(classes: label.classes.bytes, to: UnsafeMutableRawBufferPointer(classes.values))
      return LabelMap(shape: stored, classes: classes, affine: affine)
    }
    statistics = reader.statistics.channels.map {
      IntensityStatistics(minimum: $0.minimum, maximum: $0.maximum, mean: $0.mean, deviation: $0.std)
    }
    (caseIdentifier, number, padValues) = (reader.caseIdentifier, 0, pads)
    title = "\(reader.caseIdentifier) at \(origin)"
    (shape, margin) = (set.shape, set.margin)
    image = Volume(channels: volume.channels, shape: stored, voxels: voxels, affine: affine)
  }

  /// A sample of the patch.
  func sample(
    of augmenter: Augmenter, _ occurrence: UInt32, seed: UInt64 = 0, statistics: [IntensityStatistics]? = nil,
    workspace: AugmentationWorkspace = AugmentationWorkspace()
  ) throws -> AugmentedSample {
    let key = SampleKey(
      seed: seed, caseIdentifier: caseIdentifier, patch: number, epoch: 0, occurrence: occurrence)
    return try augmenter.apply(
      image: image, label: label, key: key, padValues: padValues, statistics: statistics, workspace: workspace)
  }

  /// The middle of the box around all classes above 0; nil where there are none.
  private static func foregroundMiddle(_ label: LabelMap) -> Shape? {
    let shape = label.shape
    var (low, high) = (shape, Shape { _ in -1 })
    for z in 0..<shape.z {
      for y in 0..<shape.y {
        let row = label.classes.base + (z * shape.y + y) * shape.x
        for x in 0..<shape.x where row[x] > 0 {
          low = Shape(z: min(low.z, z), y: min(low.y, y), x: min(low.x, x))
          high = Shape(z: max(high.z, z), y: max(high.y, y), x: max(high.x, x))
        }
      }
    }
    return high.z < 0 ? nil : Shape { (low[$0] + high[$0]) / 2 }
  }
}

/// Why a patch cannot be shown.
enum SheetError: Error, CustomStringConvertible {
  case noCaseStatistics(path: String)
  case noSuchPatch(path: String, found: Int, count: Int)

  var description: String {
    switch self {
    case .noCaseStatistics(let path):
      "\(path): a shard holds no statistics of the case, found `augment: {statistics: case}`, expected a prepared case; "
        + "give one of the prepared cases instead"
    case .noSuchPatch(let path, let found, let count):
      "\(path): there is no such patch, found --patch \(found), expected 0 to \(count - 1)"
    }
  }
}
