extension KFold {
  /// The folds of the cases where some have one already: those keep it, so that a new case moves no other.
  ///
  /// The others, sorted, go one by one to the fold with the fewest cases, the lowest of those. An earlier fold that is
  /// not below `count` is none. Where no case has a fold it is the plain split, so the first run is the same as without.
  /// What was kept stays as it is however uneven: cases that went leave their place to the next new ones.
  /// - Precondition: no identifier twice.
  public func splits(_ identifiers: [String], keeping earlier: [String: Int]) -> Splits {
    let sorted = identifiers.sortedByBytes()
    var assignments: [String: Int] = [:]
    for name in sorted {
      if let fold = earlier[name], (0..<count).contains(fold) { assignments[name] = fold }
    }
    guard let highest = assignments.values.max(), sorted.count >= 2 else { return splits(sorted) }
    let fit = FoldFit(sorted.count, "labelled case", into: count)
    // A kept fold keeps its number even if there are fewer cases than folds now.
    var sizes = [Int](repeating: 0, count: max(fit.folds, highest + 1))
    for fold in assignments.values { sizes[fold] += 1 }
    for name in sorted where assignments[name] == nil {
      let fold = sizes.indexOfSmallest
      assignments[name] = fold
      sizes[fold] += 1
    }
    return Splits(assignments, count: sizes.count, warning: sizes.count < count ? fit.warning : nil)
  }
}
