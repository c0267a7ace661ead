import Foundation

/// Lets cases begin while the memory they need fits a budget: the largest that fits first.
///
/// A case that never fits is not held back for ever; it is handed out as such. What fits does not depend on timing, only
/// when.
final class CaseAdmission: @unchecked Sendable {
  private let needs: [Int]
  private let budget: Int
  private let lock = NSLock()
  private var waiting: [Int]
  private var used = 0
  private(set) var failure: (any Error)?

  /// - Parameter needs: bytes of each case, in the order in which cases should begin.
  init(needs: [Int], budget: Int) {
    self.needs = needs
    self.budget = budget
    waiting = Array(needs.indices)
  }

  /// The next case that may begin; nil if there is none, or none that fits beside those that run: whoever runs one comes
  /// back, and threads that are free help meanwhile.
  func next() -> Int? {
    lock.withLock {
      guard failure == nil else { return nil }
      let place = waiting.firstIndex { needs[$0] > budget || used + needs[$0] <= budget }
      guard let place else { return nil }
      let index = waiting.remove(at: place)
      if fits(index) { used += needs[index] }
      return index
    }
  }

  /// Whether a case fits the budget at all.
  func fits(_ index: Int) -> Bool { needs[index] <= budget }

  /// Gives a case's memory back.
  func end(_ index: Int) {
    lock.withLock { if fits(index) { used -= needs[index] } }
  }

  /// Lets no other case begin.
  func stop(_ error: any Error) {
    lock.withLock { failure = failure ?? error }
  }
}
