/// How many folds there can be: no more than what is dealt to them.
struct FoldFit {
  /// The folds to make; 0 where there are not two things to deal.
  let folds: Int
  /// What the user should know where it is fewer than asked for.
  let warning: String?

  /// `things` of a kind, such as "labelled case", into `count` folds.
  init(_ things: Int, _ kind: String, into count: Int) {
    if things < 2 {
      folds = 0
      let held = things == 1 ? "1 \(kind) is" : "0 \(kind)s are"
      let advice = things == 1 ? "it is used for training only" : "nothing can be trained on"
      warning = "folds: \(held) too few to split, expected at least 2; \(advice)"
    } else {
      folds = min(things, count)
      warning =
        things < count
        ? "folds: \(things) \(kind)s are too few for \(count) folds; the count is lowered to \(things)" : nil
    }
  }
}

extension Splits {
  /// The folds that validate on the cases as they are assigned.
  init(_ assignments: [String: Int], count: Int, warning: String? = nil) {
    let names = assignments.keys.sortedByBytes()
    let folds = (0..<count).map { fold in
      Split(
        train: names.filter { assignments[$0] != fold }, validation: names.filter { assignments[$0] == fold })
    }
    self.init(folds: folds, training: names, warning: warning)
  }
}

extension [Int] {
  /// Where the smallest element is, the first of several; 0 where there is none.
  var indexOfSmallest: Int { indices.min { self[$0] < self[$1] } ?? 0 }
}
