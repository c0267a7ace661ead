/// Folds in which each category, such as a tumour's grade, is spread alike.
///
/// The categories, sorted by name, are taken one after the other; the cases of each are shuffled and dealt to the folds in
/// turn, where the last category left off. So the folds' cases of any category, and all their cases, differ by one at most.
public struct CategoryFolds: Sendable, Equatable {
  /// How many folds are wanted, at least 2.
  public let count: Int
  /// The seed of the shuffles.
  public let seed: UInt32

  /// A split into `count` folds.
  /// - Precondition: at least 2 folds.
  public init(count: Int, seed: UInt32) {
    precondition(count >= 2, "\(count) folds leave nothing to train on")
    self.count = count
    self.seed = seed
  }

  /// The folds of the cases, from the category of each. Too few cases are met as `KFold` meets them.
  public func splits(_ categories: [String: String]) -> Splits {
    let names = categories.keys.sortedByBytes()
    let fit = FoldFit(names.count, "labelled case", into: count)
    guard fit.folds > 0 else { return Splits(folds: [], training: names, warning: fit.warning) }
    var generator = MersenneTwister(seed: seed)
    var assignments: [String: Int] = [:]
    for category in Set(categories.values).sortedByBytes() {
      var members = names.filter { categories[$0] == category }
      generator.shuffle(&members)
      for name in members { assignments[name] = assignments.count % fit.folds }
    }
    return Splits(assignments, count: fit.folds, warning: fit.warning)
  }
}
