import Datasets
import Prepared

extension Plan {
  /// What a user should look at before training on a case; worked out from what is stored with it and how its
  /// files are called, so that a case that is kept says the same as one that was just made.
  func warnings(about statistics: CaseStatistics, of raw: RawCase, _ source: CaseSource) -> [String] {
    var warnings = raw.notes + (source.notes ?? [])
    if statistics.nonfiniteReplaced > 0 {
      warnings.append("\(statistics.nonfiniteReplaced) NaN or infinite voxels were replaced")
    }
    guard let before = statistics.rawClassVoxels, let after = statistics.classVoxels else { return warnings }
    for label in config.dataset.labels.classes where before[Int(label.value)] > 0 && after[Int(label.value)] == 0 {
      warnings.append("\(label.name) vanished: \(before[Int(label.value)]) raw voxels, none after the stages")
    }
    return warnings
  }
}
