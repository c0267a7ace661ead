import Augmentation

/// The `augment` section: what may happen to a patch before a network sees it.
public struct AugmentConfig: Sendable, Equatable {
  /// Where the transforms come from.
  public enum Source: Sendable, Equatable {
    /// A set that a paper used.
    case preset(Preset)
    /// The file's own list, in order.
    case list([Transform])
  }

  /// Where the transforms come from.
  public var source: Source
  /// How patches are sampled where something moves them.
  public var sampling: SpatialSampling

  /// An augmentation; sampled as the preset is, a list linearly, if not told otherwise.
  public init(source: Source, sampling: SpatialSampling? = nil) {
    self.source = source
    self.sampling = sampling ?? source.sampling
  }

  /// What may happen, in order.
  public var transforms: [Transform] {
    switch source {
    case .preset(let preset): preset.transforms
    case .list(let transforms): transforms
    }
  }
}

extension AugmentConfig.Source {
  /// The sampling that goes with it.
  var sampling: SpatialSampling {
    switch self {
    case .preset(let preset): preset.sampling
    case .list: SpatialSampling()
    }
  }
}

extension AugmentConfig {
  func json(_ detail: KeyDetail) -> JSONValue {
    var keys = KeyWriter(detail)
    switch source {
    case .preset(let preset): keys.put("preset", .text(preset.rawValue))
    case .list(let transforms): keys.put("transforms", .array(transforms.map { $0.json(detail) }))
    }
    let standard = source.sampling
    keys.put(
      "image_order", .number(Double(sampling.imageOrder.rawValue)),
      default: .number(Double(standard.imageOrder.rawValue)))
    keys.put("label_rule", .text(sampling.labelRule.rawValue), default: .text(standard.labelRule.rawValue))
    keys.put("border", .text(sampling.border.rawValue), default: .text(standard.border.rawValue))
    return keys.object
  }
}
