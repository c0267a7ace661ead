import Foundation

/// A fixed number of threads that share whatever work is open: cases side by side, and, once there are fewer cases than
/// threads, the parts of one case.
///
/// The thread that asks for help always works itself, so nesting cannot deadlock, and one worker runs everything in
/// order on the caller's thread. What is computed must not depend on which thread computes it; then any number of
/// workers gives the same bytes.
public final class Workers: @unchecked Sendable {
  /// Threads that work at the same time, the caller's included.
  public let count: Int

  /// Work that idle threads may join until somebody has seen its end.
  private final class Offer {
    let queue: IndexQueue
    let body: @Sendable (Int) throws -> Void
    var helpers = 0

    init(_ queue: IndexQueue, _ body: @escaping @Sendable (Int) throws -> Void) {
      self.queue = queue
      self.body = body
    }
  }

  private let condition = Condition()
  private var offers: [Offer] = []
  private var isStopping = false

  /// - Precondition: `count` is at least 1.
  public init(count: Int) {
    precondition(count >= 1, "at least one worker")
    self.count = count
    for _ in 1..<max(1, count) {
      let thread = Thread { [condition, weak self] in Self.serve(condition, self) }
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// Lets the threads go. Nothing may be running.
  public func stop() {
    condition.locked {
      isStopping = true
      condition.wakeAll()
    }
  }

  /// Calls `body` with each index in `0..<total`, in parallel.
  ///
  /// After an error no new index is begun; the error of the lowest index that failed is thrown.
  /// - Parameter helping: whether this thread joins other open work while the last indices are finished elsewhere; right
  ///   for long ones such as cases, while one of milliseconds is sooner over than somebody else's case.
  public func forEach(
    _ total: Int, helping: Bool = false, _ body: @escaping @Sendable (Int) throws -> Void
  ) throws {
    try run(Offer(IndexQueue(needs: Array(repeating: 0, count: total), budget: 0), body), helping: helping)
  }

  /// Calls `body` with each index of `needs`, as many at a time as threads are free and fit into `budget` together: the
  /// first that fits is begun first, and one that takes more than the budget when no other runs.
  ///
  /// Threads for which nothing fits join other open work. Errors are those of `forEach` without a budget.
  /// - Parameters:
  ///   - needs: of each index, in the order in which they should begin; bytes, say.
  ///   - budget: in the same unit.
  public func forEach(
    needs: [Int], budget: Int, _ body: @escaping @Sendable (Int) throws -> Void
  ) throws {
    try run(Offer(IndexQueue(needs: needs, budget: budget), body), helping: true)
  }

  /// Calls `body` with each index in `0..<total`, in parallel, and returns the results in the order of the indices.
  ///
  /// Errors are those of `forEach`.
  public func map<Result: Sendable>(
    _ total: Int, helping: Bool = false, _ body: @escaping @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let results = Results<Result>()
    try forEach(total, helping: helping) { index in results.put(try body(index), at: index) }
    return results.ordered
  }

  /// The same for `forEach(needs:budget:)`.
  public func map<Result: Sendable>(
    needs: [Int], budget: Int, _ body: @escaping @Sendable (Int) throws -> Result
  ) throws -> [Result] {
    let results = Results<Result>()
    try forEach(needs: needs, budget: budget) { index in results.put(try body(index), at: index) }
    return results.ordered
  }

  /// Works here and on every thread that is or becomes idle; returns when all indices are done.
  private func run(_ offer: Offer, helping: Bool) throws {
    if count > 1 {
      condition.locked {
        offers.append(offer)
        condition.wakeAll()
      }
    }
    work(offer)
    condition.locked {
      while offer.helpers > 0 || offer.queue.supply != .none {
        if !helping || !help() { condition.wait() }
      }
      offers.removeAll { $0 === offer }
    }
    if let failure = offer.queue.failure { throw failure }
  }

  /// Takes indices until there is none that may begin.
  private func work(_ offer: Offer) {
    while let index = offer.queue.next() {
      do { try offer.body(index) } catch { offer.queue.fail(index, error) }
      if offer.queue.end(index) { condition.locked { condition.wakeAll() } }
    }
  }

  /// Joins work that has something to take, if there is any; called, and returns, with the lock held.
  private func help() -> Bool {
    guard let offer = offers.first(where: { $0.queue.supply == .now }) else { return false }
    offer.helpers += 1
    condition.unlock()
    work(offer)
    condition.lock()
    offer.helpers -= 1
    condition.wakeAll()
    return true
  }

  private static func serve(_ condition: Condition, _ workers: Workers?) {
    guard let workers else { return }
    condition.lock()
    while !workers.isStopping {
      if !workers.help() { condition.wait() }
    }
    condition.unlock()
  }
}

/// What threads come up with, by index.
private final class Results<Result: Sendable>: @unchecked Sendable {
  private let condition = Condition()
  private var results: [Int: Result] = [:]

  func put(_ result: Result, at index: Int) { condition.locked { results[index] = result } }

  var ordered: [Result] { results.sorted { $0.key < $1.key }.map(\.value) }
}
