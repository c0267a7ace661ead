/// Folds in which a quantity, such as the volume of the tumour, is spread alike.
///
/// The cases are sorted by the quantity, the greatest first (ties by identifier), and cut into blocks of as many cases as
/// there are folds. The members of each block are dealt to different folds in a shuffled order; one generator serves all
/// blocks in turn. So each fold gets one case of every block, and the incomplete last block, which some folds get no case
/// of, is that of the smallest quantities, where it matters least.
public struct StratifiedFolds: Sendable, Equatable {
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

  /// The folds of the cases, from the quantity of each. Too few cases are met as `KFold` meets them.
  public func splits(_ quantities: [String: Double]) -> Splits {
    let names = quantities.keys.sortedByBytes()
    let fit = FoldFit(names.count, "labelled case", into: count)
    guard fit.folds > 0 else { return Splits(folds: [], training: names, warning: fit.warning) }
    let order = names.enumerated().sorted { a, b in
      let (left, right) = (quantities[a.element, default: 0], quantities[b.element, default: 0])
      return left != right ? left > right : a.offset < b.offset
    }
    var generator = MersenneTwister(seed: seed)
    var assignments: [String: Int] = [:]
    for start in stride(from: 0, to: order.count, by: fit.folds) {
      var folds = Array(0..<fit.folds)
      generator.shuffle(&folds)
      for (place, item) in order[start...].prefix(fit.folds).enumerated() { assignments[item.element] = folds[place] }
    }
    return Splits(assignments, count: fit.folds, warning: fit.warning)
  }
}
