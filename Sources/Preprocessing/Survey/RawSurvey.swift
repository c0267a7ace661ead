import Parallelism
import Volumes

/// What is found out about a raw case while it is read.
public struct RawSurvey: Sendable {
  /// One per channel.
  public var channels: [RawChannel]
  /// The parts of the label; nil without one.
  public var components: Components?
  /// What the raw case looks like, where that was asked for.
  public var preview: StagePreview?
  /// Voxels along z, y, x of the box around all that is not 0 in any channel; nil where everything is.
  public var contentShape: Shape?
}

/// Surveys a raw case beside its reading: nothing is read twice.
final class RawSurveying: @unchecked Sendable {
  /// What must run beside the reading.
  let lanes: [any Lane]
  private let channels: [ChannelSurvey]
  /// What the label's planes hold; nil without one.
  private let foreground: ForegroundPlanes?
  private let counter: ComponentCounter?
  private let preview: PreviewSampler?

  init(_ raw: RawVolumes, withPreview: Bool) {
    let layout = raw.layout
    let foreground = raw.label.map { _ in ForegroundPlanes(planes: layout.planes, users: raw.channels.count + 1) }
    self.foreground = foreground
    channels = raw.channels.map {
      ChannelSurvey(layout: $0.layout, foreground: foreground, replacement: raw.nonfinite.replacement)
    }
    preview =
      withPreview
      ? PreviewSampler(
        layout, spacing: raw.canonicalAffine.spacing, channels: raw.channels.count, isLabelled: raw.label != nil)
      : nil
    let counter = raw.label.map { _ in ComponentCounter(layout: layout) }
    self.counter = counter
    if let foreground, let counter {
      lanes = [ComponentLane(foreground, count: layout.planes, counter: counter)]
    } else {
      lanes = []
    }
  }

  /// Whether a channel's plane can be looked at: the foreground in it must be known.
  func mayTake(_ plane: Int) -> Bool { foreground?.isThere(plane) ?? true }

  /// Looks at a channel's plane as it is stored.
  func take(_ plane: UnsafeRawPointer, at k: Int, channel: Int, _ layout: ArrayLayout) {
    channels[channel].take(plane, at: k)
    preview?.take(plane, at: k, channel: channel, layout)
  }

  /// Whether the label may be decoded as far as a plane.
  func mayDecode(_ plane: Int) -> Bool { foreground?.mayPut(plane) ?? true }

  /// Looks at a plane of the label that was just decoded.
  func takeLabel(_ decoder: LabelDecoder, at k: Int) {
    foreground?.put(k, decoder.runs(ofPlane: k))
    preview?.take(classes: decoder.plane(k), at: k)
  }

  /// What was found, once all lanes have finished.
  func finish() -> RawSurvey {
    let found = channels.map { $0.finish() }
    let content = found.compactMap(\.content).reduce(nil as Box?) { $0?.union($1) ?? $1 }
    return RawSurvey(
      channels: found, components: counter?.finish(),
      preview: preview?.finish(stage: LabelCensus.raw, Array(repeating: .identity, count: found.count)),
      contentShape: content?.shape)
  }
}
