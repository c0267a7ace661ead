/// Ranks from 1; values that are the same share the mean of theirs.
struct Ranks {
  /// One for each value.
  let ranks: [Double]
  /// The sum over groups of t equal values of t^3 - t: what ties take from a rank statistic's variance.
  let ties: Double

  init(of values: [Double]) {
    let order = values.indices.sorted { values[$0] < values[$1] }
    var ranks = [Double](repeating: 0, count: values.count)
    var ties = 0.0
    var start = 0
    while start < order.count {
      var end = start
      while end < order.count && values[order[end]] == values[order[start]] { end += 1 }
      let group = Double(end - start)
      for place in start..<end { ranks[order[place]] = Double(start + end + 1) / 2 }
      ties += group * (group * group - 1)
      start = end
    }
    (self.ranks, self.ties) = (ranks, ties)
  }
}
