/// Hands out indices once each, as long as what they need together fits a budget.
final class IndexQueue: @unchecked Sendable {
  /// Whether there is an index to take.
  enum Supply { case now, later, none }

  private let lock = Condition()
  private let needs: [Int]
  private let budget: Int
  /// All before it have begun.
  private var first = 0
  private var hasBegun: [Bool]
  private var used = 0
  private var failed: (index: Int, error: any Error)?

  /// - Parameter needs: of each index; what is more than the budget counts as all of it.
  init(needs: [Int], budget: Int) {
    self.needs = needs.map { min($0, budget) }
    self.budget = budget
    hasBegun = Array(repeating: false, count: needs.count)
  }

  /// The next index that may begin; nil if there is none, or none that fits beside those that run.
  func next() -> Int? {
    lock.locked {
      guard let index = fitting else { return nil }
      hasBegun[index] = true
      while first < needs.count, hasBegun[first] { first += 1 }
      used += needs[index]
      return index
    }
  }

  /// Gives back what an index needed; returns whether others may begin by that.
  func end(_ index: Int) -> Bool {
    guard needs[index] > 0 else { return false }
    return lock.locked {
      used -= needs[index]
      return fitting != nil
    }
  }

  /// Lets no other index begin.
  func fail(_ index: Int, _ error: any Error) {
    lock.locked {
      if failed.map({ index < $0.index }) ?? true { failed = (index, error) }
    }
  }

  var supply: Supply {
    lock.locked {
      if failed != nil || first == needs.count { return .none }
      return fitting == nil ? .later : .now
    }
  }

  /// Of the lowest index that failed.
  var failure: (any Error)? { lock.locked { failed?.error } }

  private var fitting: Int? {
    guard failed == nil else { return nil }
    return (first..<needs.count).first { !hasBegun[$0] && used + needs[$0] <= budget }
  }
}
