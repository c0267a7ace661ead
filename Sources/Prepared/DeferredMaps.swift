import Preprocessing

/// What fold_safe stages do to the prepared values, to be applied by whoever reads them: a case that one fold trains on is
/// validated on by another, whose numbers must not know it.
public struct DeferredMaps: Sendable, Codable, Equatable {
  /// One channel's map: (min(max(value, lower), upper) - offset) * scale.
  public struct Map: Sendable, Codable, Equatable {
    /// Values below become it; nil is no bound.
    public var lower: Double?
    /// Values above become it; nil is no bound.
    public var upper: Double?
    /// Subtracted after the clip.
    public var offset: Double
    /// The last factor.
    public var scale: Double

    init(_ map: Pointwise) {
      lower = map.lower.isFinite ? map.lower : nil
      upper = map.upper.isFinite ? map.upper : nil
      (offset, scale) = (map.offset, map.scale)
    }

    /// The mapped value, in the arithmetic of the kernels.
    public func callAsFunction(_ value: Float) -> Float {
      let clipped = min(max(value, lower.map { Float($0) } ?? value), upper.map { Float($0) } ?? .infinity)
      return (clipped - Float(offset)) * Float(scale)
    }
  }

  /// By fold and channel, measured on the labelled cases that the fold does not validate on.
  public var folds: [[Map]]
  /// By channel, measured on all labelled cases: for a model that is trained on all, and where there are no folds.
  public var all: [Map]

  /// Works out what `stages` do, from the raw foreground in the case files.
  /// - Returns: nil where no stage is fold_safe.
  /// - Throws: what reading a case file throws.
  public init?(_ stages: [Stage], of manifest: Manifest, folder: String) throws {
    let deferred = stages.filter { $0.overDataset?.isFoldSafe == true }
    guard !deferred.isEmpty else { return nil }
    var known: [(fold: Int?, channels: [CaseIntensities])] = []
    for item in manifest.cases where item.isLabelled {
      let reader = try CaseFileReader(path: folder + "/" + item.file)
      if let channels = try reader.rawForeground() { known.append((item.fold, channels)) }
    }
    let maps = { (cases: [[CaseIntensities]]) in
      manifest.channels.indices.map { channel in
        Map(Self.pointwise(deferred, IntensityMixture(cases.map { $0[channel] })))
      }
    }
    all = maps(known.map(\.channels))
    folds = (0..<manifest.folds).map { fold in maps(known.filter { $0.fold != fold }.map(\.channels)) }
  }

  private static func pointwise(_ stages: [Stage], _ mixture: IntensityMixture) -> Pointwise {
    stages.reduce(.identity) { map, stage in
      switch stage {
      case .clipDataset(let clip): map.clipped(to: mixture.bounds(clip))
      // A foreground of one value has no spread to divide by.
      case .zscore: map.followed(byOffset: mixture.mean, scale: mixture.std > 0 ? 1 / mixture.std : 1)
      default: map
      }
    }
  }
}
