/// Cross-validation folds: scikit-learn's `KFold(count, shuffle=True, random_state=seed)`, which is also nnU-Net's split.
///
/// The sorted cases are shuffled once and cut into `count` runs, the first ones a case longer where it does not divide;
/// each run is the validation set of one fold.
public struct KFold: Sendable, Equatable {
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

  /// The folds of the cases, in whatever order those are given.
  ///
  /// Fewer cases than folds give as many folds as there are cases; a single case is for training only. Both are warned
  /// about in the result.
  /// - Precondition: no identifier twice.
  public func splits(_ identifiers: [String]) -> Splits {
    let sorted = identifiers.sortedByBytes()
    precondition(zip(sorted, sorted.dropFirst()).allSatisfy { $0 != $1 }, "an identifier is there twice")
    let fit = FoldFit(sorted.count, "labelled case", into: count)
    let folds = fit.folds
    guard folds > 0 else { return Splits(folds: [], training: sorted, warning: fit.warning) }
    var order = Array(sorted.indices)
    var generator = MersenneTwister(seed: seed)
    generator.shuffle(&order)
    let (size, longer) = sorted.count.quotientAndRemainder(dividingBy: folds)
    let splits = (0..<folds).map { fold in
      let start = fold * size + min(fold, longer)
      let validation = Set(order[start..<start + size + (fold < longer ? 1 : 0)])
      return Split(
        train: sorted.indices.filter { !validation.contains($0) }.map { sorted[$0] },
        validation: sorted.indices.filter(validation.contains).map { sorted[$0] })
    }
    return Splits(folds: splits, training: sorted, warning: fit.warning)
  }
}

/// One fold: the cases to train on and those to validate on, each sorted.
public struct Split: Sendable, Equatable {
  /// The identifiers of the cases to train on.
  public var train: [String]
  /// The identifiers of the cases to validate on.
  public var validation: [String]
}

/// All the folds of a data set.
public struct Splits: Sendable, Equatable {
  /// The folds; none where there is at most one case.
  public var folds: [Split]
  /// The identifiers of all the cases that were split, sorted.
  public var training: [String]
  /// What the user should know where it did not go as asked.
  public var warning: String?

  /// The fold that validates each case; nil where there are no folds and every case is for training only.
  public var assignments: [String: Int]? {
    if folds.isEmpty { return nil }
    let pairs = folds.enumerated().flatMap { fold, split in split.validation.map { ($0, fold) } }
    return Dictionary(pairs) { first, _ in first }
  }
}
