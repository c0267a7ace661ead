import Datasets
import Foundation
import Parallelism
import Prepared
import Preprocessing

/// Stages that are measured on a whole data set: their numbers must be known before any case can be prepared.
struct DatasetStages {
  let plan: Plan
  let reuse: CaseReuse
  let workers: Workers
  let observer: any IngestObserver

  /// The plan's stages with numbers in the place of `over: dataset`; those that are fold_safe are left out, they are
  /// applied by whoever reads a fold.
  /// - Parameter cases: all of the data set's, whichever of them this run prepares.
  func resolve(cases: () throws -> [RawCase]) throws -> [Stage] {
    let stages = plan.config.preprocess.filter { $0.overDataset?.isFoldSafe != true }
    guard stages.contains(where: { $0.overDataset != nil }) else { return stages }
    let mixtures = try measure(try cases())
    return stages.map { Self.resolved($0, by: mixtures) }
  }

  private static func resolved(_ stage: Stage, by mixtures: [IntensityMixture]) -> Stage {
    switch stage {
    case .clipDataset(let clip): .clipChannels(mixtures.map { $0.bounds(clip) })
    case .zscore(.dataset): .zscore(.constants(mixtures.map { ZScore.Normal(mean: $0.mean, std: $0.std) }))
    default: stage
    }
  }

  /// The foreground of each channel over the labelled cases. A case that cannot be read counts as it was prepared
  /// earlier, or else is passed over here; it fails, with its reason, when it is prepared.
  private func measure(_ cases: [RawCase]) throws -> [IntensityMixture] {
    // Whether one with problems had a label is known where it was prepared earlier.
    let labelled = cases.filter { $0.label != nil || !$0.problems.isEmpty }.sorted { $0.identifier < $1.identifier }
    let sum = Sum(channels: plan.config.dataset.channels.count)
    try workers.forEach(labelled.count, helping: true) { index in
      observer.entered(stage: "measure", caseIdentifier: labelled[index].identifier)
      sum.put(index, (try? intensities(of: labelled[index])) ?? [])
    }
    guard sum.mixtures.allSatisfy({ $0.std > 0 }) else { throw IngestError.noForeground }
    return sum.mixtures
  }

  /// One case's foreground by channel, from its prepared file where that is up to date, or all that there is; nil where
  /// the case does not count.
  private func intensities(of raw: RawCase) throws -> [CaseIntensities]? {
    switch reuse.verdict(on: raw, stages: nil, redo: false) {
    case .keep(let entry, _), .make(_, let entry?), .fail(_, let entry?):
      return try CaseFileReader(path: reuse.folder + "/" + entry.file).rawForeground()
    case .leaveOut, .fail(_, nil): return nil
    case .make(_, nil): break
    }
    let volumes = CaseIngest(plan: plan, stages: [], workers: workers).rawVolumes(try CaseIngest.Opened(raw))
    let (survey, counts) = try RawSurvey.read(volumes, on: workers)
    let isExcluded = plan.config.dataset.exclude.reason(for: raw.identifier, classCounts: counts) != nil
    let intensities = survey.channels.compactMap(CaseIntensities.init)
    return isExcluded || intensities.count < survey.channels.count ? nil : intensities
  }
}

/// Adds cases up in the order of their places, whichever is measured first; only those that wait for one are held.
private final class Sum: @unchecked Sendable {
  private(set) var mixtures: [IntensityMixture]
  private var waiting: [Int: [CaseIntensities]] = [:]
  private var next = 0
  private let lock = NSLock()

  init(channels: Int) { mixtures = Array(repeating: IntensityMixture(), count: channels) }

  /// - Parameter found: by channel; empty for a case that does not count.
  func put(_ place: Int, _ found: [CaseIntensities]) {
    lock.withLock {
      waiting[place] = found
      while let found = waiting.removeValue(forKey: next) {
        for (channel, part) in found.enumerated() { mixtures[channel].add(part) }
        next += 1
      }
    }
  }
}
