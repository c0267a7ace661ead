/// Folds that keep groups together: all cases of a patient are validated on in the same fold.
///
/// The groups, sorted by name, are shuffled once and then sorted by their number of cases, the largest first, so that the
/// shuffle decides among those of one size. Each in turn goes to the fold with the fewest cases, the lowest of those.
public struct GroupedFolds: Sendable, Equatable {
  /// How many folds are wanted, at least 2.
  public let count: Int
  /// The seed of the one shuffle.
  public let seed: UInt32

  /// A split into `count` folds.
  /// - Precondition: at least 2 folds.
  public init(count: Int, seed: UInt32) {
    precondition(count >= 2, "\(count) folds leave nothing to train on")
    self.count = count
    self.seed = seed
  }

  /// The folds of the cases, from the group of each.
  ///
  /// Fewer groups than folds give as many folds as there are groups; a single group is for training only.
  public func splits(_ groups: [String: String]) -> Splits {
    let members = Dictionary(grouping: groups.keys) { groups[$0, default: ""] }
    let fit = FoldFit(members.count, "group", into: count)
    guard fit.folds > 0 else {
      return Splits(folds: [], training: groups.keys.sortedByBytes(), warning: fit.warning)
    }
    var names = members.keys.sortedByBytes()
    var generator = MersenneTwister(seed: seed)
    generator.shuffle(&names)
    let order = names.enumerated().sorted { a, b in
      let (left, right) = (members[a.element, default: []].count, members[b.element, default: []].count)
      return left != right ? left > right : a.offset < b.offset
    }
    var sizes = [Int](repeating: 0, count: fit.folds)
    var assignments: [String: Int] = [:]
    for (_, name) in order {
      let fold = sizes.indexOfSmallest
      for identifier in members[name, default: []] { assignments[identifier] = fold }
      sizes[fold] += members[name, default: []].count
    }
    return Splits(assignments, count: fit.folds, warning: fit.warning)
  }
}
