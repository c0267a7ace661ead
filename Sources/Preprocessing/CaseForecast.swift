import Volumes

/// What a case will be and what it takes on its way, worked out from headers alone.
public struct CaseForecast: Sendable, Equatable {
  /// The raw volume's shape along the axes of space.
  public var rawShape: Shape
  /// The prepared volume's shape; what a crop will cut off is not known before the voxels are read.
  public var shape: Shape
  /// Bytes of the raw voxels as they are stored, unpacked.
  public var rawBytes: Int
  /// Bytes of the prepared voxels: float32 per channel, and uint8 for a label.
  public var bytes: Int
  /// Bytes of memory at the worst moment.
  public var memoryBytes: Int
  /// The stage that takes them, "load" for reading without resampling.
  public var memoryStage: String

  /// What `stages` make of a case. A crop is counted as if it cut nothing off.
  /// - Throws: `PreprocessingError` for a stage that needs a label the case lacks, and for volumes that no memory holds.
  public init(of stages: [Stage], for raw: RawVolumes, workers: Int) throws {
    if raw.label == nil, let stage = stages.first(where: \.needsLabel) {
      throw PreprocessingError.needsLabel(stage: stage.name)
    }
    var affine = raw.canonicalAffine
    rawShape = raw.layout.shape
    rawBytes = (raw.channels + [raw.label].compactMap { $0 }).reduce(0) {
      $0 + $1.layout.planeBytes * $1.layout.planes
    }
    let (_, _, resampling, remaining) = Preprocessor.leading(stages)
    let grid =
      resampling?.target(shape: rawShape, spacing: affine.spacing) ?? TargetGrid(identityOf: rawShape)
    try MemoryCheck.refuse(grid.shape, channels: raw.channels.count)
    var shape = grid.shape
    affine = affine.reindexed(by: grid.index)
    var memory = (bytes: 0, stage: "")
    memory.bytes = Self.loadingBytes(raw, onto: grid, resampling, workers: workers)
    memory.stage = resampling == nil ? "load" : StageName.resample.rawValue
    for stage in remaining {
      let before = Self.volumeBytes(shape, raw)
      switch stage {
      case .resample(let resampling):
        let grid = resampling.target(shape: shape, spacing: affine.spacing)
        (shape, affine) = (grid.shape, affine.reindexed(by: grid.index))
      case .pad(let pad):
        let unpadded = shape
        shape = Shape { max(unpadded[$0], pad.shape[$0]) }
      case .crop: break
      case .clip, .clipChannels, .clipDataset, .zscore, .rescale: continue
      }
      try MemoryCheck.refuse(shape, channels: raw.channels.count)
      // The old volume and the new one are there together.
      let both = before + Self.volumeBytes(shape, raw)
      if both > memory.bytes { memory = (both, stage.name.rawValue) }
    }
    self.shape = shape
    memory.bytes += PreviewSampler.bytes(channels: raw.channels.count, stages: stages.count)
    (memoryBytes, memoryStage) = (memory.bytes, memory.stage)
    bytes = Self.volumeBytes(shape, raw)
  }

  /// What bringing a case onto a grid takes: the result, the reading rings, the filters' tiles and scratch.
  static func loadingBytes(_ raw: RawVolumes, onto grid: TargetGrid, _ resampling: Resampling?, workers: Int) -> Int {
    let sources = raw.channels + [raw.label].compactMap { $0 }
    let rings = sources.reduce(0) { $0 + PlaneReading.ringBytes(of: $1.layout) }
    let label = raw.label.map { LabelResampler.heldBytes(of: $0.layout) } ?? 0
    let filters = raw.channels.reduce(0) { bytes, channel in
      let plan = ResamplerPlan(
        layout: channel.layout, grid: grid, order: resampling?.imageOrder ?? .nearest,
        border: resampling?.imageBorder ?? .mirror)
      // The survey's scratch is touched as far as a plane has foreground, which is little: not counted.
      return bytes + plan.tileBytes + workers * plan.scratchBytes
    }
    let turned = sources.filter { TurnedSource.isNeeded($0.layout, for: raw.layout) }
    return volumeBytes(grid.shape, raw) + rings + label + filters
      + turned.reduce(0) { $0 + TurnedSource.bytes(of: $1.layout) }
  }

  /// Image and label at rest.
  private static func volumeBytes(_ shape: Shape, _ raw: RawVolumes) -> Int {
    shape.count * (4 * raw.channels.count + (raw.label == nil ? 0 : 1))
  }
}
