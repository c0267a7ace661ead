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
    return warnings + labelWarnings(statistics)
  }

  /// A class may lose this share of its volume in a stage before it is worth a look: 5 %.
  private static let tolerableLoss = 0.05

  private func labelWarnings(_ statistics: CaseStatistics) -> [String] {
    guard let before = statistics.rawClassVoxels, let after = statistics.classVoxels,
      let censuses = statistics.labelCensuses
    else { return [] }
    let classes = config.dataset.labels.classes.dropFirst()
    guard classes.contains(where: { before[Int($0.value)] > 0 }) else {
      return ["its label holds background alone, no voxel of \(FileValue.alternatives(classes.map(\.name)))"]
    }
    var warnings: [String] = []
    for label in classes where before[Int(label.value)] > 0 {
      let value = Int(label.value)
      guard after[value] > 0 else {
        warnings.append("\(label.name) vanished: \(before[value]) raw voxels, none after the stages")
        continue
      }
      for (earlier, later) in zip(censuses, censuses.dropFirst()) {
        if later.vanished[value] > 0 {
          warnings.append(
            "\(label.name): \(later.vanished[value]) of its \(Quantity.counted(earlier.components[value], "part")) "
              + "vanished in \(later.stage)")
        }
        let loss = 1 - later.ml[value] / earlier.ml[value]
        if loss > Self.tolerableLoss {
          warnings.append(
            "\(label.name) lost \(Quantity.number(loss * 100, decimals: 1)) % of its volume in \(later.stage): "
              + "\(Quantity.number(earlier.ml[value])) ml before, \(Quantity.number(later.ml[value])) ml after")
        }
      }
    }
    return warnings
  }
}
