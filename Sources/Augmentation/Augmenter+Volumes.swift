import Volumes

/// A sample that was augmented into memory of its own.
public struct AugmentedSample: Sendable {
  /// The image; its affine is the patch's before anything turned, scaled or bent it.
  public var image: Volume
  /// The label, where there was one.
  public var label: LabelMap?
  /// All that happened.
  public var record: AugmentationRecord
}

extension Augmenter {
  /// Augments a volume of the patch's shape with its margin.
  ///
  /// - Parameter padValues: what lies beyond the volume, a value a channel; each channel's minimum where nothing is given.
  /// - Parameter statistics: the case's, by channel, to be used instead of the patch's.
  /// - Parameter workspace: give the same one for every sample of a thread, and nothing but the result is allocated.
  /// - Throws: `AugmentationError` where image or label has another shape.
  public func apply(
    image: Volume, label: LabelMap?, key: SampleKey, padValues: [Float]? = nil,
    statistics: [IntensityStatistics]? = nil, workspace: AugmentationWorkspace = AugmentationWorkspace()
  ) throws(AugmentationError) -> AugmentedSample {
    if let label, label.shape != image.shape { throw .sourceShape(found: label.shape, expected: image.shape) }
    let pads = Buffer<Float>(count: image.channels)
    for channel in 0..<image.channels {
      let values = UnsafeBufferPointer(
        start: image.voxels.base + channel * image.shape.count, count: image.shape.count)
      pads[channel] = padValues?[channel] ?? values.min() ?? 0
    }
    let voxels = Buffer<Float>(count: image.channels * patchShape.count)
    let classes = label.map { _ in Buffer<UInt8>(count: patchShape.count) }
    let source = PatchSource(
      image: .float32(UnsafePointer(image.voxels.base)), label: label.map { UnsafePointer($0.classes.base) },
      channels: image.channels, shape: image.shape, padValues: UnsafePointer(pads.base))
    let target = PatchTarget(image: voxels.base, label: classes?.base)
    let record = try withExtendedLifetime((pads, image.voxels, label?.classes)) { () throws(AugmentationError) in
      try apply(source, to: target, key: key, statistics: statistics, workspace: workspace)
    }
    let shift = record.originShift
    let affine = image.affine.reindexed(
      by: ZYX { LinearIndexMap(scale: 1, offset: Double(margin[$0] + shift[$0])) })
    return AugmentedSample(
      image: Volume(channels: image.channels, shape: patchShape, voxels: voxels, affine: affine),
      label: classes.map { LabelMap(shape: patchShape, classes: $0, affine: affine) }, record: record)
  }
}
