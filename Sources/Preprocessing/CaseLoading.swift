import Parallelism
import Volumes

/// The raw volumes of one case.
public struct RawVolumes: Sendable {
  /// One per channel, all of one layout but for the scalar type and scaling.
  public var channels: [any PlaneSource]
  /// The segmentation, on the channels' grid.
  public var label: (any PlaneSource)?
  /// Which class each stored label value becomes.
  public var mapping: LabelMapping
  /// Maps the array's indices (i, j, k) to millimetres.
  public var affine: Affine
  /// What becomes of channel voxels that are NaN or infinite.
  public var nonfinite: NonfinitePolicy

  /// - Precondition: at least one channel.
  public init(
    channels: [any PlaneSource], label: (any PlaneSource)?, mapping: LabelMapping, affine: Affine,
    nonfinite: NonfinitePolicy = .fail
  ) {
    precondition(!channels.isEmpty, "a case has at least one channel")
    self.channels = channels
    self.label = label
    self.mapping = mapping
    self.affine = affine
    self.nonfinite = nonfinite
  }

  var layout: ArrayLayout { channels[0].layout }
  var canonicalAffine: Affine { layout.orientation.canonical(affine, extents: layout.extents) }
}

/// Reads a case and brings it onto a grid, everything that can overlap overlapping: inflating, filtering, the label, and
/// whatever other lanes the caller has (hashing).
struct CaseLoading {
  var resampling: Resampling?
  /// Applied to every voxel before it is sampled, one per channel.
  var pointwise: [Pointwise]
  /// Whether what passes is surveyed too: a raw case is, one that is resampled again is not.
  var surveys = false
  /// Whether the survey takes a preview.
  var previews = false

  struct Result {
    var volume: Volume
    var label: LabelMap?
    /// Voxels per class in the raw label.
    var rawClassCounts: [Int]?
    /// Voxels per class on the grid.
    var classCounts: [Int]?
    var nonfiniteReplaced: Int
    /// Where index i of the grid lies among the source's indices.
    var index: ZYX<LinearIndexMap>
    var survey: RawSurvey?
  }

  func run(_ raw: RawVolumes, beside others: [any Lane], on workers: Workers) throws -> Result {
    let affine = raw.canonicalAffine
    let shape = raw.layout.shape
    let grid = resampling?.target(shape: shape, spacing: affine.spacing) ?? TargetGrid(identityOf: shape)
    try MemoryCheck.refuse(grid.shape, channels: raw.channels.count)
    let bytes = CaseForecast.loadingBytes(raw, onto: grid, resampling, workers: workers.count)
    try MemoryCheck.refuse(bytes: bytes, grid.shape)
    let target = affine.reindexed(by: grid.index)
    let voxels = Buffer<Float>(count: raw.channels.count * grid.shape.count)

    var lanes: [any Lane] = []
    let resamplers = raw.channels.enumerated().map { index, source in
      ImageResampler(
        layout: source.layout, grid: grid, order: resampling?.imageOrder ?? .nearest,
        border: resampling?.imageBorder ?? .mirror, pointwise: pointwise[index], nonfinite: raw.nonfinite,
        output: voxels.base + index * grid.shape.count)
    }
    let survey = surveys ? RawSurveying(raw, withPreview: previews) : nil
    let channels = zip(raw.channels, resamplers).enumerated().map { index, channel in
      ChannelLanes(source: channel.0, index: index, resampler: channel.1, survey: survey)
    }
    let label = raw.label.map { source in
      LabelLanes(source: source, mapping: raw.mapping, grid: grid, resampling: resampling, survey: survey)
    }
    for channel in channels { lanes += [channel.reading.reading, channel.reading.using] }
    if let label { lanes += [label.reading.reading, label.reading.using] }
    lanes += channels.map(\.finishing)
    if let label { lanes.append(label.finishing) }
    lanes += survey?.lanes ?? []
    try Lanes(lanes + others).run(on: workers)

    let nonfinite = channels.reduce(0) { $0 + $1.nonfinite }
    for (index, channel) in channels.enumerated() where channel.nonfinite > 0 && raw.nonfinite == .fail {
      try naming(index, of: channels.count) {
        throw PreprocessingError.nonfinite(count: channel.nonfinite, of: shape.count)
      }
    }
    try label?.refuseForeignValues(raw.mapping)
    return Result(
      volume: Volume(channels: raw.channels.count, shape: grid.shape, voxels: voxels, affine: target),
      label: label.map { LabelMap(shape: grid.shape, classes: $0.output, affine: target) },
      rawClassCounts: label?.rawClassCounts, classCounts: label?.classCounts,
      nonfiniteReplaced: nonfinite, index: grid.index, survey: survey?.finish())
  }
}
