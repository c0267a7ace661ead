import CKernels
import Parallelism
import Volumes

extension CaseState {
  /// Cuts image and label down to the box around the target voxels.
  mutating func apply(_ crop: Crop, on workers: Workers) throws {
    let shape = volume.shape
    let found: Box?
    switch crop.to {
    case .foreground:
      guard let label else { throw PreprocessingError.needsLabel(stage: .crop) }
      found = Box(around: shape) { label.classes.base[$0] != 0 }
    case .nonzero:
      found = Box(around: shape) { index in
        pending.indices.contains { pending[$0](Double(channel($0)[index])) != 0 }
      }
    }
    guard let found else { throw PreprocessingError.noVoxels(stage: .crop, target: crop.to.rawValue) }
    let box = found.grown(by: crop.margin, within: shape)
    var record = StageRecord(stage: .crop)
    record.before = box.lower.array
    record.after = Shape { shape[$0] - box.upper[$0] }.array
    record.shape = box.shape.array
    records.append(record)
    try regrid(to: box.shape, offset: box.lower, by: .crop, on: workers) { _ in 0 }
  }

  /// Grows image and label to at least the shape.
  mutating func apply(_ pad: Pad, on workers: Workers) throws {
    let shape = volume.shape
    let grown = Shape { max(shape[$0], pad.shape[$0]) }
    let before = Shape { (grown[$0] - shape[$0]) / 2 }
    var record = StageRecord(stage: .pad)
    record.before = before.array
    record.after = Shape { grown[$0] - shape[$0] - before[$0] }.array
    record.shape = grown.array
    let values = try pending.indices.map { index in
      try pad.value ?? moments(ofChannel: index, on: workers).minimum
    }
    record.value = values
    records.append(record)
    guard grown != shape else { return }
    try MemoryCheck.refuse(grown, channels: volume.channels)
    try settle(on: workers)
    try regrid(to: grown, offset: Shape { -before[$0] }, by: .pad, on: workers) { values[$0] }
  }

  /// Moves everything onto a grid whose index i is index i + `offset` of this one; new voxels get `fill` and background.
  private mutating func regrid(
    to shape: Shape, offset: Shape, by stage: StageName, on workers: Workers, fill: (_ channel: Int) -> Double
  ) throws {
    guard shape != volume.shape else { return }
    let index = ZYX { LinearIndexMap(scale: 1, offset: Double(offset[$0])) }
    let affine = volume.affine.reindexed(by: index)
    let voxels = Buffer<Float>(count: volume.channels * shape.count)
    for index in 0..<volume.channels {
      let target = voxels.base + index * shape.count
      let value = Float(fill(index))
      if value != 0 { target.update(repeating: value, count: shape.count) }
      copyBlock(from: channel(index), volume.shape, to: target, shape, offset: offset)
    }
    let moved = Volume(channels: volume.channels, shape: shape, voxels: voxels, affine: affine)
    guard let label else { return move(to: moved, label: nil, classCounts: nil) }
    let classes = Buffer<UInt8>(count: shape.count)
    copyBlock(from: label.classes.base, label.shape, to: classes.base, shape, offset: offset)
    var counts = [UInt64](repeating: 0, count: 256)
    segprep_count_bytes(classes.base, classes.count, &counts)
    move(to: moved, label: LabelMap(shape: shape, classes: classes, affine: affine), classCounts: counts.map(Int.init))
    try count(after: stage, index: index, on: workers)
  }
}
