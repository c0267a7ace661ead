import Randomness
import Volumes

/// Augments patches: draws parameters for a sample, and carries them out in as few passes over its voxels as possible.
///
/// The same key gives the same sample, to the bit, on any thread and in any order. Voxels that are not finite are no error:
/// they, and those of their channel that follow from them, become infinite or NaN, as NumPy's do. Holds nothing that changes, so one
/// augmenter serves all threads; each brings its own workspace.
public struct Augmenter: Sendable {
  /// What may happen, in this order.
  public let transforms: [Transform]
  /// Voxels of a finished patch along z, y, x. One voxel along z makes it a single slice, which stays in its plane.
  public let patchShape: Shape
  /// Voxels around the patch on each side of a source: what rotation, scale and elastic deformation may read.
  public let margin: Shape
  /// How patches are sampled where something moves them.
  public let sampling: SpatialSampling
  let schedule: Schedule

  /// An augmenter of a list of transforms.
  /// - Throws: `AugmentationError` where a parameter is out of range.
  public init(
    transforms: [Transform], patchShape: Shape, margin: Shape = Shape(z: 0, y: 0, x: 0),
    sampling: SpatialSampling = SpatialSampling()
  ) throws(AugmentationError) {
    guard min(patchShape.z, patchShape.y, patchShape.x) > 0, min(margin.z, margin.y, margin.x) >= 0 else {
      throw .patch(shape: patchShape, margin: margin)
    }
    for transform in transforms { try transform.check() }
    let schedule = Schedule(transforms)
    for case .spatial(let places) in schedule.stages
    where places.count(where: { transforms[$0].name == .elastic }) > 1 {
      throw .repeatedElastic
    }
    self.transforms = transforms
    self.patchShape = patchShape
    self.margin = margin
    self.sampling = sampling
    self.schedule = schedule
  }

  /// An augmenter of a preset; sampled as the preset is, if not told otherwise.
  public init(
    preset: Preset, patchShape: Shape, margin: Shape = Shape(z: 0, y: 0, x: 0), sampling: SpatialSampling? = nil
  ) throws(AugmentationError) {
    try self.init(
      transforms: preset.transforms, patchShape: patchShape, margin: margin, sampling: sampling ?? preset.sampling)
  }

  /// The shape of a source: the patch and its margin.
  public var sourceShape: Shape { Shape { patchShape[$0] + 2 * margin[$0] } }

  /// What happens to a sample, without doing it; elastic fields before they are weakened so that they do not fold, which
  /// `unfolded` does.
  public func draw(_ key: SampleKey, channels: Int) -> AugmentationRecord {
    let conditions = DrawingConditions(channels: channels, margin: margin, isFlat: patchShape.z == 1)
    var seen: [Transform.Name: Int] = [:]
    var record = AugmentationRecord(key: key, transforms: [])
    for (place, transform) in transforms.enumerated() {
      let count = seen[transform.name, default: 0] + 1
      seen[transform.name] = count
      // A name that is there twice has a number from the second on: each has draws of its own.
      var stream = key.stream(for: count == 1 ? transform.name.rawValue : "\(transform.name.rawValue) \(count)")
      if let drawn = transform.draw(conditions, using: &stream) {
        record.transforms.append(AugmentationRecord.Entry(place: place, drawn: drawn))
      }
    }
    return record
  }

  /// Augments a sample; the target may be the source where the margin is 0.
  /// - Parameter statistics: the case's, by channel, to be used instead of the patch's.
  /// - Returns: all that was drawn.
  /// - Throws: `AugmentationError` where the source has another shape than the patch and its margin, or no values have the
  ///   statistics.
  @discardableResult
  public func apply(
    _ source: PatchSource, to target: PatchTarget, key: SampleKey, statistics: [IntensityStatistics]? = nil,
    workspace: AugmentationWorkspace
  ) throws(AugmentationError) -> AugmentationRecord {
    let record = unfolded(draw(key, channels: source.channels), workspace: workspace)
    try replay(record, source, to: target, statistics: statistics, workspace: workspace)
    return record
  }

  /// The record with fields weakened so far that they do not fold, where their transform avoids folds (`damping` says by
  /// how much); another record as it is.
  public func unfolded(_ record: AugmentationRecord, workspace: AugmentationWorkspace) -> AugmentationRecord {
    var record = record
    for (index, entry) in record.transforms.enumerated() {
      guard case .elastic(let elastic) = transforms[entry.place], elastic.avoidsFolds,
        case .elastic(let field) = entry.drawn
      else { continue }
      let output = schedule.isCropping(entry.place) ? patchShape : sourceShape
      record.transforms[index].drawn = .elastic(workspace.sampler.damped(field, over: output))
    }
    return record
  }

  /// Makes a recorded sample again, to the bit.
  /// - Parameter statistics: those that it was made with.
  /// - Throws: `AugmentationError` where the record or the source does not fit this augmenter, or no values have the
  ///   statistics.
  public func replay(
    _ record: AugmentationRecord, _ source: PatchSource, to target: PatchTarget,
    statistics: [IntensityStatistics]? = nil, workspace: AugmentationWorkspace
  ) throws(AugmentationError) {
    guard source.shape == sourceShape else { throw .sourceShape(found: source.shape, expected: sourceShape) }
    precondition(statistics.map { $0.count == source.channels } ?? true, "statistics of other channels")
    try check(record, channels: source.channels)
    for (channel, numbers) in (statistics ?? []).enumerated() where !numbers.arePossible {
      throw .statistics(channel: channel + 1, found: numbers)
    }
    let steps = Steps(schedule, record, transforms: transforms, patchShape: patchShape, sourceShape: sourceShape)
    var run = SampleRun(source, target, sampling: sampling, statistics: statistics, workspace: workspace)
    run.run(steps.steps)
  }

  private func check(_ record: AugmentationRecord, channels: Int) throws(AugmentationError) {
    for entry in record.transforms {
      guard transforms.indices.contains(entry.place), transforms[entry.place].name == entry.drawn.name else {
        throw .foreignRecord(reason: "transform \(entry.place + 1) is no \(entry.drawn.name.rawValue) here")
      }
      guard entry.drawn.channels.map({ $0 == channels }) ?? true else {
        throw .foreignRecord(reason: "\(entry.drawn.name.rawValue) was not drawn for \(channels) channels")
      }
    }
  }
}
