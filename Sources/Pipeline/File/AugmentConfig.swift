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
  /// Whose extremes and mean contrast and gamma go by.
  public var statistics: StatisticsSource

  /// Whose statistics are used.
  public enum StatisticsSource: String, Sendable, CaseIterable {
    /// The patch's.
    case patch
    /// The whole case's, as in MIScnn, which augmented before it cropped.
    case `case`
  }

  /// An augmentation; sampled as the preset is, a list linearly, if not told otherwise.
  public init(source: Source, sampling: SpatialSampling? = nil, statistics: StatisticsSource = .patch) {
    self.source = source
    self.statistics = statistics
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

extension PipelineConfig {
  /// The section `augment`, where there must be one.
  /// - Parameter file: the pipeline file's path.
  /// - Throws: `PipelineError.missingKey`.
  public func requiredAugment(file: String) throws(PipelineError) -> AugmentConfig {
    guard let augment else {
      let sections = ["name", "dataset", "preprocess", "folds"] + (patches.isEmpty ? [] : ["patches", "shards"])
      throw .missingKey(Place(file: file, line: 1), key: "augment", mapping: "", found: sections)
    }
    return augment
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
    keys.put(
      "statistics", .text(statistics.rawValue), default: .text(StatisticsSource.patch.rawValue))
    return keys.object
  }
}
