import Volumes

/// One sample on its way from the caller's source to the caller's target.
struct SampleRun {
  private var current: PatchSource
  private let target: PatchTarget
  private let sampling: SpatialSampling
  private let workspace: AugmentationWorkspace
  private let padValues: UnsafeMutablePointer<Float>
  /// The case's, by channel, until the first intensity transforms have used them.
  private var statistics: [IntensityStatistics]?
  /// Which of the workspace's two rooms the voxels are in; nil while they are the caller's.
  private var room: Int?

  init(
    _ source: PatchSource, _ target: PatchTarget, sampling: SpatialSampling, statistics: [IntensityStatistics]?,
    workspace: AugmentationWorkspace
  ) {
    precondition(source.label != nil || target.label == nil, "there is no label to augment")
    padValues = workspace.padValues(channels: source.channels)
    padValues.update(from: source.padValues, count: source.channels)
    current = source
    current.padValues = UnsafePointer(padValues)
    if target.label == nil { current.label = nil }
    (self.target, self.sampling, self.statistics, self.workspace) = (target, sampling, statistics, workspace)
  }

  /// Does what is to be done; afterwards the sample is in the target.
  mutating func run(_ steps: [Steps.Step]) {
    for (index, step) in steps.enumerated() {
      let isLast = index == steps.count - 1
      switch step {
      case .spatial(let map): sample(map, isLast: isLast)
      case .intensity(let drawn): change(drawn, into: isLast ? target.image : nil)
      }
    }
    if steps.isEmpty { change([], into: target.image) }
    if let from = current.label, let to = target.label, from != UnsafePointer(to) {
      to.update(from: from, count: current.shape.count)
    }
  }

  private mutating func sample(_ map: SpatialMap, isLast: Bool) {
    if isLast, current.touches(target) { moveOut() }
    let output = isLast ? target : nextRoom(map.output)
    workspace.sampler.apply(map, sampling, from: current, to: output)
    current = PatchSource(
      image: .float32(UnsafePointer(output.image)), label: output.label.map { UnsafePointer($0) },
      channels: current.channels, shape: map.output, padValues: UnsafePointer(padValues))
  }

  /// - Parameter place: where the values go; nil for the workspace.
  private mutating func change(_ drawn: [DrawnTransform], into place: UnsafeMutablePointer<Float>?) {
    let place = place ?? room.map { rooms($0, current.shape).image } ?? nextRoom(current.shape).image
    for channel in 0..<current.channels {
      var run = IntensityRun(
        current.values(ofChannel: channel), into: place + channel * current.shape.count, shape: current.shape,
        channel: channel, padValue: padValues[channel],
        ofCase: drawn.isEmpty ? nil : (statistics?[channel]).map(ChannelStatistics.init), scratch: workspace.intensity)
      run.run(drawn.compactMap { $0.operation(channel: channel) })
      padValues[channel] = run.padValue
    }
    if !drawn.isEmpty { statistics = nil }
    current.image = .float32(UnsafePointer(place))
  }

  /// Copies the voxels into the workspace, because they lie where the result belongs.
  private mutating func moveOut() {
    change([], into: nil)
    guard let label = current.label, let room else { return }
    if let to = rooms(room, current.shape).label {
      to.update(from: label, count: current.shape.count)
      current.label = UnsafePointer(to)
    }
  }

  private mutating func nextRoom(_ shape: Shape) -> PatchTarget {
    let next = room == 0 ? 1 : 0
    room = next
    return rooms(next, shape)
  }

  private func rooms(_ which: Int, _ shape: Shape) -> PatchTarget {
    workspace.room(which, channels: current.channels, shape: shape, isLabelled: current.label != nil)
  }
}

extension PatchSource {
  fileprivate func touches(_ target: PatchTarget) -> Bool {
    if let label, let other = target.label, label == UnsafePointer(other) { return true }
    return if case .float32(let values) = image { values == UnsafePointer(target.image) } else { false }
  }

  func values(ofChannel channel: Int) -> ChannelValues {
    switch image {
    case .float32(let values): .float32(values + channel * shape.count)
    case .float16(let values): .float16(values + channel * shape.count)
    }
  }
}
