import Datasets
import Parallelism
import Preprocessing

/// The mean and deviation over a whole data set, which must be known before any case can be z-scored by them.
enum DatasetNormal {
  /// The plan's stages, `zscore over dataset` replaced by the numbers that a first pass over the labelled cases gives.
  ///
  /// A case that cannot be read is passed over here; it fails, with its reason, when it is prepared.
  static func resolve(_ plan: Plan, on workers: Workers, cases: () throws -> [RawCase]) throws -> [Stage] {
    var stages = plan.config.preprocess
    while let place = stages.firstIndex(of: .zscore(.dataset)) {
      let moments = try measure(plan, Array(stages[..<place]), cases(), on: workers)
      guard moments.allSatisfy({ $0.count > 0 && !$0.isConstant }) else { throw IngestError.noForeground }
      stages[place] = .zscore(.constants(moments.map { ZScore.Normal(mean: $0.mean, std: $0.std) }))
    }
    return stages
  }

  private static func measure(
    _ plan: Plan, _ stages: [Stage], _ cases: [RawCase], on workers: Workers
  ) throws -> [Moments] {
    let labelled = cases.filter { $0.label != nil && $0.problems.isEmpty }.sorted { $0.identifier < $1.identifier }
    let parts = MomentsByCase(count: labelled.count)
    let caseIngest = CaseIngest(plan: plan, stages: stages, workers: workers)
    try workers.forEach(labelled.count, helping: true) { index in
      guard let opened = try? CaseIngest.Opened(labelled[index]),
        let state = try? caseIngest.preprocess(opened),
        plan.config.dataset.exclude.reason(for: labelled[index].identifier, classCounts: state.rawClassCounts) == nil
      else { return }
      parts.set(
        index,
        try (0..<state.volume.channels).map {
          try state.foregroundMoments(ofChannel: $0, on: workers) ?? .none
        })
    }
    return (0..<plan.config.dataset.channels.count).map { channel in
      // In the order of the identifiers: the sum must not depend on which case was measured first.
      parts.values.reduce(into: Moments.none) { total, part in
        if let part { total.merge(part[channel]) }
      }
    }
  }
}

private final class MomentsByCase: @unchecked Sendable {
  private let storage: UnsafeMutableBufferPointer<[Moments]?>

  init(count: Int) {
    storage = .allocate(capacity: count)
    storage.initialize(repeating: nil)
  }

  deinit {
    storage.deinitialize()
    storage.deallocate()
  }

  /// Each index is set by one thread, once.
  func set(_ index: Int, _ moments: [Moments]) { storage[index] = moments }

  var values: [[Moments]?] { Array(storage) }
}
