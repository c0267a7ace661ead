import Parallelism
import Volumes

/// Takes a raw case through the stages.
public struct Preprocessor: Sendable {
  /// What is done, in this order.
  public let stages: [Stage]

  /// A preprocessor that runs `stages` in their order.
  public init(stages: [Stage]) { self.stages = stages }

  /// Prepares one case.
  ///
  /// Clips that come first are applied while voxels are read, and a resampling that comes next reads the raw voxels
  /// directly, so that no full-size float volume exists.
  /// - Parameters:
  ///   - others: lanes of the caller that run beside the reading, such as hashing.
  ///   - previews: whether the case's looks are kept after each stage.
  ///   - entered: told each stage's name when it begins ("load" first).
  /// - Throws: what the sources throw, and `PreprocessingError`.
  public func run(
    _ raw: RawVolumes, beside others: [any Lane] = [], on workers: Workers, previews: Bool = false,
    entered: (String) -> Void = { _ in }
  ) throws -> CaseState {
    let raw = raw.aligned
    let (pointwise, records, resampling, remaining) = Self.leading(stages)
    entered(resampling == nil ? "load" : "load+resample")
    let loading = CaseLoading(
      resampling: resampling, pointwise: Array(repeating: pointwise, count: raw.channels.count), surveys: true,
      previews: previews)
    let loaded = try loading.run(raw, beside: others, on: workers)
    var state = CaseState(
      volume: loaded.volume, label: loaded.label,
      pending: Array(repeating: .identity, count: raw.channels.count), rawClassCounts: loaded.rawClassCounts,
      classCounts: loaded.classCounts)
    state.nonfiniteReplaced = loaded.nonfiniteReplaced
    state.survey = loaded.survey
    state.countRaw(affine: raw.canonicalAffine)
    state.records = records
    if resampling != nil {
      state.records.append(.resample(loaded.volume))
      try state.count(after: .resample, index: loaded.index, on: workers)
    }
    if previews {
      state.beginPreviews()
      if let last = state.records.last { state.preview(after: last.stage) }
    }
    for stage in remaining {
      entered(stage.name.rawValue)
      try apply(stage, to: &state, on: workers)
      if previews { state.preview(after: stage.name) }
    }
    return state
  }

  /// What happens while the case is read: clips that come first, and a resampling that comes next.
  static func leading(
    _ stages: [Stage]
  ) -> (pointwise: Pointwise, records: [StageRecord], resampling: Resampling?, remaining: ArraySlice<Stage>) {
    var pointwise = Pointwise.identity
    var remaining = stages[...]
    var records: [StageRecord] = []
    while case .clip(let bounds)? = remaining.first {
      pointwise = pointwise.clipped(to: bounds)
      records.append(.clip(bounds))
      remaining = remaining.dropFirst()
    }
    guard case .resample(let first)? = remaining.first else { return (pointwise, records, nil, remaining) }
    return (pointwise, records, first, remaining.dropFirst())
  }

  private func apply(_ stage: Stage, to state: inout CaseState, on workers: Workers) throws {
    switch stage {
    case .resample(let resampling): try resample(&state, resampling, on: workers)
    case .clip(let bounds):
      state.clip(to: bounds)
      state.records.append(.clip(bounds))
    case .clipChannels(let bounds): state.clip(toChannels: bounds)
    case .clipDataset: preconditionFailure("the data set's percentiles are worked out before its cases are prepared")
    case .zscore(let zscore): try state.apply(zscore, on: workers)
    case .crop(let crop): try state.apply(crop, on: workers)
    case .pad(let pad): try state.apply(pad, on: workers)
    case .rescale(let rescale): try state.apply(rescale, on: workers)
    }
  }

  /// Resamples what is already in memory, by the same path as a file.
  private func resample(_ state: inout CaseState, _ resampling: Resampling, on workers: Workers) throws {
    let volume = state.volume
    let raw = RawVolumes(
      channels: (0..<volume.channels).map { MemorySource(volume, channel: $0) },
      label: state.label.map(MemorySource.init),
      mapping: LabelMapping(classes: Dictionary(uniqueKeysWithValues: (0...255).map { ($0, UInt8($0)) })),
      affine: volume.affine)
    let loading = CaseLoading(resampling: resampling, pointwise: state.pending)
    let loaded = try loading.run(raw, beside: [], on: workers)
    state.move(to: loaded.volume, label: loaded.label, classCounts: loaded.classCounts)
    state.pending = volume.identityMaps
    state.records.append(.resample(loaded.volume))
    try state.count(after: .resample, index: loaded.index, on: workers)
  }
}

extension Volume {
  fileprivate var identityMaps: [Pointwise] { Array(repeating: .identity, count: channels) }
}

extension StageRecord {
  fileprivate static func clip(_ bounds: ClosedRange<Double>) -> StageRecord {
    var record = StageRecord(stage: .clip)
    record.lower = bounds.lowerBound
    record.upper = bounds.upperBound
    return record
  }

  fileprivate static func resample(_ volume: Volume) -> StageRecord {
    var record = StageRecord(stage: .resample)
    record.shape = volume.shape.array
    record.spacingMm = volume.affine.spacing.array
    return record
  }
}

/// A volume in memory, read as if it were a file.
private final class MemorySource: PlaneSource, @unchecked Sendable {
  let layout: ArrayLayout
  private let bytes: UnsafeRawPointer
  private let owner: AnyObject
  private var next = 0

  init(_ volume: Volume, channel: Int) {
    let shape = volume.shape
    layout = ArrayLayout(extents: [shape.x, shape.y, shape.z], orientation: .ras, scalar: .float32)
    bytes = UnsafeRawPointer(volume.voxels.base + channel * shape.count)
    owner = volume.voxels
  }

  init(_ label: LabelMap) {
    let shape = label.shape
    layout = ArrayLayout(extents: [shape.x, shape.y, shape.z], orientation: .ras, scalar: .uint8)
    bytes = UnsafeRawPointer(label.classes.base)
    owner = label.classes
  }

  func readPlane(into plane: UnsafeMutableRawBufferPointer) {
    plane.copyMemory(from: UnsafeRawBufferPointer(start: bytes + next * layout.planeBytes, count: layout.planeBytes))
    next += 1
  }
}
