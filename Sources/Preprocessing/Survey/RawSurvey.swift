import Parallelism
import Volumes

/// What is found out about a raw case while it is read.
public struct RawSurvey: Sendable {
  /// One per channel.
  public var channels: [RawChannel]
  /// The parts of the label; nil without one.
  public var components: Components?
  /// Voxels along z, y, x of the box around all that is not 0 in any channel; nil where everything is.
  public var contentShape: Shape?
}

/// Surveys a raw case beside its reading: nothing is read twice.
final class RawSurveying: @unchecked Sendable {
  let channels: [ChannelSurvey]
  /// What the label's planes hold; nil without one.
  let foreground: ForegroundPlanes?
  /// What must run beside the reading.
  let lanes: [any Lane]
  private let counter: ComponentCounter?

  init(_ raw: RawVolumes) {
    let planes = raw.layout.planes
    let foreground = raw.label.map { _ in ForegroundPlanes(planes: planes, users: raw.channels.count + 1) }
    self.foreground = foreground
    channels = raw.channels.map {
      ChannelSurvey(layout: $0.layout, foreground: foreground, replacement: raw.nonfinite.replacement)
    }
    let counter = raw.label.map { ComponentCounter(layout: $0.layout) }
    self.counter = counter
    if let foreground, let counter {
      lanes = [ComponentLane(foreground, count: planes, counter: counter)]
    } else {
      lanes = []
    }
  }

  /// What was found, once all lanes have finished.
  func finish() -> RawSurvey {
    let found = channels.map { $0.finish() }
    let content = found.compactMap(\.content).reduce(nil as Box?) { $0?.union($1) ?? $1 }
    return RawSurvey(channels: found, components: counter?.finish(), contentShape: content?.shape)
  }
}
