import Preprocessing

/// The intensities of several cases, each of which counts the same however many voxels it has.
struct IntensityMixture {
  private var weights: [Float: Double] = [:]
  private var parts: [CaseStatistics.Channel] = []

  /// Adds a case: its distribution, and its exact moments.
  mutating func add(_ distribution: IntensityDistribution, _ exact: CaseStatistics.Channel) {
    let total = Double(distribution.voxels.reduce(0, +))
    for (value, voxels) in zip(distribution.values, distribution.voxels) {
      weights[value, default: 0] += Double(voxels) / total
    }
    parts.append(exact)
  }

  var minimum: Double { parts.map(\.minimum).min() ?? 0 }
  var maximum: Double { parts.map(\.maximum).max() ?? 0 }
  var mean: Double { average { $0.mean } }
  /// ddof 0.
  var std: Double {
    let mean = mean
    return average { $0.std * $0.std + ($0.mean - mean) * ($0.mean - mean) }.squareRoot()
  }

  /// The lowest value that at least this share of the whole does not exceed.
  func quantile(_ share: Double) -> Double {
    var missing = share * Double(parts.count)
    var last = Float(0)
    for value in weights.keys.sorted() {
      last = value
      missing -= weights[value, default: 0]
      // What is left of a sum of shares may be their rounding.
      if missing <= 1e-9 * Double(parts.count) { break }
    }
    return Double(last)
  }

  private func average(_ value: (CaseStatistics.Channel) -> Double) -> Double {
    parts.reduce(0) { $0 + value($1) } / Double(max(1, parts.count))
  }
}
