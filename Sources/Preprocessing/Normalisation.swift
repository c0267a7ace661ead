import Parallelism
import Volumes

extension CaseState {
  /// Turns each channel into (v - mean) / std.
  mutating func apply(_ zscore: ZScore, on workers: Workers) throws {
    var record = StageRecord(stage: .zscore)
    var normals: [ZScore.Normal] = []
    for index in pending.indices {
      normals.append(try naming(index, of: volume.channels) { try normal(zscore, channel: index, on: workers) })
    }
    record.mean = normals.map(\.mean)
    record.std = normals.map(\.std)
    records.append(record)
    if zscore == .nonzero { return try scaleNonzero(normals, on: workers) }
    for (index, normal) in normals.enumerated() {
      append(channel: index, offset: normal.mean, scale: 1 / normal.std)
    }
  }

  private mutating func normal(_ zscore: ZScore, channel index: Int, on workers: Workers) throws -> ZScore.Normal {
    let moments: Moments
    switch zscore {
    case .constants(let normals):
      return normals[min(index, normals.count - 1)]
    case .volume:
      moments = try self.moments(ofChannel: index, on: workers)
    case .nonzero:
      moments = try measure(volume, channel: index, pending[index], .nonzero, on: workers)
      guard moments.count > 0 else { throw PreprocessingError.noVoxels(stage: .zscore, target: "nonzero") }
    case .foreground:
      guard let foreground = try foregroundMoments(ofChannel: index, on: workers) else {
        throw PreprocessingError.needsLabel(stage: .zscore)
      }
      guard foreground.count > 0 else { throw PreprocessingError.noVoxels(stage: .zscore, target: "foreground") }
      moments = foreground
    case .dataset:
      preconditionFailure("the data set's mean and deviation are worked out before its cases are prepared")
    }
    guard !moments.isConstant else { throw PreprocessingError.constantImage(stage: .zscore, value: moments.mean) }
    guard Float(1 / moments.std).isFinite else {
      throw PreprocessingError.narrowRange(stage: .zscore, width: moments.std)
    }
    return ZScore.Normal(mean: moments.mean, std: moments.std)
  }

  /// Scales what is not 0 and leaves 0 alone: no pointwise map of the deferred kind does that.
  private mutating func scaleNonzero(_ normals: [ZScore.Normal], on workers: Workers) throws {
    try settle(on: workers)
    let (shape, voxels) = (volume.shape, volume.voxels)
    for (index, normal) in normals.enumerated() {
      let (mean, scale) = (Float(normal.mean), Float(1 / normal.std))
      let area = shape.y * shape.x
      try workers.forEach(shape.z) { z in
        let slice = voxels.base + index * shape.count + z * area
        for i in 0..<area where slice[i] != 0 { slice[i] = (slice[i] - mean) * scale }
      }
      measured[index] = nil
    }
  }

  /// Maps each channel's range onto another.
  mutating func apply(_ rescale: Rescale, on workers: Workers) throws {
    var record = StageRecord(stage: .rescale)
    record.lower = rescale.to.lowerBound
    record.upper = rescale.to.upperBound
    records.append(record)
    for index in pending.indices {
      let from = try naming(index, of: volume.channels) { try range(rescale, ofChannel: index, on: workers) }
      let width = from.upperBound - from.lowerBound
      append(channel: index, offset: from.lowerBound, scale: (rescale.to.upperBound - rescale.to.lowerBound) / width)
      append(channel: index, offset: -rescale.to.lowerBound, scale: 1)
    }
  }

  /// The range that is mapped: the given one, or the channel's least and greatest value.
  private mutating func range(
    _ rescale: Rescale, ofChannel index: Int, on workers: Workers
  ) throws -> ClosedRange<Double> {
    let range = try rescale.from ?? ownRange(ofChannel: index, on: workers)
    let width = range.upperBound - range.lowerBound
    guard Float(1 / width).isFinite else { throw PreprocessingError.narrowRange(stage: .rescale, width: width) }
    return range
  }

  private mutating func ownRange(ofChannel index: Int, on workers: Workers) throws -> ClosedRange<Double> {
    let moments = try self.moments(ofChannel: index, on: workers)
    guard !moments.isConstant else {
      throw PreprocessingError.constantImage(stage: .rescale, value: moments.minimum)
    }
    return moments.minimum...moments.maximum
  }
}

/// Says which channel an error is about, where there are several; a missing label is the whole case's.
func naming<Value>(_ channel: Int, of channels: Int, _ body: () throws -> Value) throws -> Value {
  do {
    return try body()
  } catch let error as PreprocessingError where channels > 1 {
    if case .needsLabel = error { throw error }
    throw PreprocessingError.inChannel(channel, error)
  }
}
