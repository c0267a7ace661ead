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

  /// By channel, for what trains with that fold left out; with all where it is nil, or a fold that there is not.
  public func maps(ofFold fold: Int?) -> [Map] {
    fold.flatMap { folds.indices.contains($0) ? folds[$0] : nil } ?? all
  }

  /// Works out what `stages` do, from the raw foreground in the case files.
  /// - Returns: nil where no stage is fold_safe.
  /// - Throws: what reading a case file throws, and `DeferredMapsError` where there is nothing to measure.
  public init?(_ stages: [Stage], of manifest: Manifest, folder: String) throws {
    let deferred = stages.filter { $0.overDataset?.isFoldSafe == true }
    guard !deferred.isEmpty else { return nil }
    // Nil is all cases, a number those that the fold does not validate on.
    let fits: [Int?] = [nil] + (0..<manifest.folds).map { $0 }
    var mixtures = fits.map { _ in manifest.channels.map { _ in IntensityMixture() } }
    for item in manifest.cases where item.isLabelled {
      guard let found = try CaseFileReader(path: folder + "/" + item.file).rawForeground() else { continue }
      for (place, fold) in fits.enumerated() where fold == nil || item.fold != fold {
        for (channel, part) in found.enumerated() { mixtures[place][channel].add(part) }
      }
    }
    let maps = try zip(fits, mixtures).map { fold, mixtures in
      guard mixtures.allSatisfy({ !$0.isEmpty }) else { throw DeferredMapsError.noForeground(fold: fold) }
      return mixtures.map { Map(Self.pointwise(deferred, $0)) }
    }
    (all, folds) = (maps[0], Array(maps.dropFirst()))
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

/// Why fold_safe stages have no numbers.
public enum DeferredMapsError: Error, Equatable, CustomStringConvertible {
  /// No foreground in the cases that the fold trains on; nil for all labelled cases.
  case noForeground(fold: Int?)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .noForeground(let fold):
      let cases = fold.map { "the cases that fold \($0) trains on" } ?? "any labelled case"
      return "fold_safe: no foreground in \(cases), found none, expected some to measure; "
        + "look at the labels, or stratify the folds"
    }
  }
}
