import CKernels
import Parallelism
import Volumes

/// A case on its way through the stages: voxels, and the pointwise map that has not been applied to them yet.
///
/// Clipping and scaling only extend the map; it is applied where voxels are touched anyway, at the latest while they are
/// written.
public struct CaseState: Sendable {
  /// Voxels before `pending`.
  public internal(set) var volume: Volume
  /// The segmentation on the volume's grid; nil for an unlabelled case.
  public internal(set) var label: LabelMap?
  /// One map per channel.
  public internal(set) var pending: [Pointwise]
  /// Voxels per class in the label as it was read.
  public internal(set) var rawClassCounts: [Int]?
  /// Voxels per class in `label`.
  public internal(set) var classCounts: [Int]?
  /// Voxels that were NaN or infinite and were replaced.
  public internal(set) var nonfiniteReplaced = 0
  /// What each stage did, in order.
  public internal(set) var records: [StageRecord] = []
  /// What was found out about the raw voxels.
  public internal(set) var survey: RawSurvey?
  /// How much of each class there was, as read and after each stage that moved the label to another grid.
  public internal(set) var censuses: [LabelCensus] = []
  /// What the case looked like as read and after each stage, where that was asked for.
  public private(set) var previews: [StagePreview] = []
  /// The parts that the last census counted.
  private var components: Components?
  /// What previews are made of, as long as the voxels before `pending` are the same.
  private var sampler: PreviewSampler?
  /// Moments of each channel after `pending`, where they are known.
  var measured: [Moments?]

  init(volume: Volume, label: LabelMap?, pending: [Pointwise], rawClassCounts: [Int]?, classCounts: [Int]?) {
    self.volume = volume
    self.label = label
    self.pending = pending
    self.rawClassCounts = rawClassCounts
    self.classCounts = classCounts
    measured = Array(repeating: nil, count: volume.channels)
  }

  /// Puts voxels on another grid in the place of these; what was measured is forgotten.
  mutating func move(to volume: Volume, label: LabelMap?, classCounts: [Int]?) {
    self.volume = volume
    self.label = label
    self.classCounts = classCounts
    measured = Array(repeating: nil, count: volume.channels)
    sampler = nil
  }

  func channel(_ index: Int) -> UnsafeMutablePointer<Float> { volume.voxels.base + index * volume.shape.count }

  /// The moments of a channel's voxels as they would be written now.
  public mutating func moments(ofChannel index: Int, on workers: Workers) throws -> Moments {
    if let known = measured[index] { return known }
    let moments = try measure(volume, channel: index, pending[index], on: workers)
    measured[index] = moments
    return moments
  }

  /// The moments of a channel's foreground voxels; nil without a label.
  public func foregroundMoments(ofChannel index: Int, on workers: Workers) throws -> Moments? {
    guard let label else { return nil }
    return try measure(volume, channel: index, pending[index], .masked(label.classes.base), on: workers)
  }

  mutating func append(channel index: Int, offset: Double, scale: Double) {
    pending[index] = pending[index].followed(byOffset: offset, scale: scale)
    measured[index] = measured[index]?.followed(byOffset: offset, scale: scale, map: pending[index])
  }

  mutating func clip(to bounds: ClosedRange<Double>) {
    for index in pending.indices { clip(channel: index, to: bounds) }
  }

  /// Clips each channel to bounds of its own.
  mutating func clip(toChannels bounds: [ClosedRange<Double>]) {
    var record = StageRecord(stage: .clip)
    record.lowers = bounds.map(\.lowerBound)
    record.uppers = bounds.map(\.upperBound)
    records.append(record)
    for (index, bounds) in bounds.enumerated() { clip(channel: index, to: bounds) }
  }

  private mutating func clip(channel index: Int, to bounds: ClosedRange<Double>) {
    pending[index] = pending[index].clipped(to: bounds)
    measured[index] = nil
  }

  /// Counts the raw label, of which `affine` says the voxels' size.
  mutating func countRaw(affine: Affine) {
    guard let counts = rawClassCounts, let found = survey?.components else { return }
    censuses = [LabelCensus(stage: LabelCensus.raw, counts: counts, components: found, vanished: [], affine: affine)]
    components = found
  }

  /// Counts the label after a stage that moved it.
  /// - Parameter index: where index i of the new grid lies among the old one's.
  mutating func count(after stage: StageName, index: ZYX<LinearIndexMap>, on workers: Workers) throws {
    guard let label, let classCounts, let before = components else { return }
    let found = try label.components(on: workers)
    let vanished = before.vanished(from: label, index: index)
    censuses.append(
      LabelCensus(
        stage: stage.rawValue, counts: classCounts, components: found, vanished: vanished, affine: label.affine))
    components = found
  }

  /// Keeps what the raw case looks like.
  mutating func beginPreviews() { previews = [survey?.preview].compactMap { $0 } }

  /// Keeps what the case looks like after a stage.
  mutating func preview(after stage: StageName) {
    let sampler = self.sampler ?? PreviewSampler(volume, label)
    self.sampler = sampler
    previews.append(sampler.finish(stage: stage.rawValue, pending))
  }

  /// Applies the pending maps, in place: the voxels are then those that would be written.
  public mutating func settle(on workers: Workers) throws {
    sampler = nil
    let (shape, voxels) = (volume.shape, volume.voxels)
    for index in pending.indices where !pending[index].isIdentity {
      let map = pending[index]
      let area = shape.y * shape.x
      try workers.forEach(shape.z) { z in
        let slice = voxels.base + index * shape.count + z * area
        map.apply(from: slice, to: slice, count: area)
      }
      pending[index] = .identity
    }
  }
}

extension Pointwise {
  /// Applies the map to `count` floats; `target` may be `source`.
  public func apply(from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    var kernel = kernel
    segprep_apply(&kernel, source, target, count)
  }
}

/// What a stage did to one case: kept with the prepared case, so that every number in it can be traced.
public struct StageRecord: Sendable, Codable, Equatable {
  /// Which stage it was.
  public var stage: StageName
  /// Voxels after the stage (resample, crop, pad), z, y, x.
  public var shape: [Int]?
  /// Voxel size after the stage (resample) in millimetres, z, y, x.
  public var spacingMm: [Double]?
  /// The lower bound (clip, rescale).
  public var lower: Double?
  /// The upper bound (clip, rescale).
  public var upper: Double?
  /// The lower bounds (clip over the data set), one per channel.
  public var lowers: [Double]?
  /// The upper bounds (clip over the data set), one per channel.
  public var uppers: [Double]?
  /// One per channel.
  public var mean: [Double]?
  /// One per channel, ddof 0.
  public var std: [Double]?
  /// Voxels cut off (crop) or added (pad) before the first index, z, y, x.
  public var before: [Int]?
  /// Voxels cut off (crop) or added (pad) after the last index, z, y, x.
  public var after: [Int]?
  /// One per channel.
  public var value: [Double]?

  /// A record of a stage that did nothing yet.
  public init(stage: StageName) { self.stage = stage }
}
