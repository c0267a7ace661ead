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
    let body: @Sendable () -> Void
    var isOpen = true
    var helpers = 0

    init(body: @escaping @Sendable () -> Void) { self.body = body }
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

  /// Runs `body` here and on every thread that is or becomes idle, and returns when all of them have returned.
  ///
  /// `body` takes its share from somewhere common and returns when there is nothing left to take.
  /// - Parameter helping: whether this thread joins other open work while the last shares are finished elsewhere; right
  ///   for long shares such as cases, while a share of milliseconds is sooner over than somebody else's case.
  public func together(helping: Bool = false, _ body: @escaping @Sendable () -> Void) {
    guard count > 1 else { return body() }
    let offer = Offer(body: body)
    condition.locked {
      offers.append(offer)
      condition.wakeAll()
    }
    body()
    condition.locked {
      close(offer)
      while offer.helpers > 0 {
        if !helping || !help() { condition.wait() }
      }
    }
  }

  /// Calls `body` with each index in `0..<total`, in parallel.
  ///
  /// After an error no new index is begun; the error of the lowest index that failed is thrown.
  public func forEach(
    _ total: Int, helping: Bool = false, _ body: @escaping @Sendable (Int) throws -> Void
  ) throws {
    let queue = IndexQueue(total: total)
    together(helping: helping) {
      while let index = queue.next() {
        do { try body(index) } catch { queue.fail(index, error) }
      }
    }
    if let failure = queue.failure { throw failure.error }
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

  /// Joins an open offer, if there is one; called, and returns, with the lock held.
  private func help() -> Bool {
    guard let offer = offers.first else { return false }
    offer.helpers += 1
    condition.unlock()
    offer.body()
    condition.lock()
    offer.helpers -= 1
    close(offer)
    condition.wakeAll()
    return true
  }

  private func close(_ offer: Offer) {
    guard offer.isOpen else { return }
    offer.isOpen = false
    offers.removeAll { $0 === offer }
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

/// Hands out indices once each.
private final class IndexQueue: @unchecked Sendable {
  private let condition = Condition()
  private let total: Int
  private var begun = 0
  private(set) var failure: (index: Int, error: any Error)?

  init(total: Int) { self.total = total }

  func next() -> Int? {
    condition.locked {
      guard begun < total, failure == nil else { return nil }
      begun += 1
      return begun - 1
    }
  }

  func fail(_ index: Int, _ error: any Error) {
    condition.locked {
      if failure.map({ index < $0.index }) ?? true { failure = (index, error) }
    }
  }
}

/// What threads come up with, by index.
private final class Results<Result: Sendable>: @unchecked Sendable {
  private let condition = Condition()
  private var results: [Int: Result] = [:]

  func put(_ result: Result, at index: Int) { condition.locked { results[index] = result } }

  var ordered: [Result] { results.sorted { $0.key < $1.key }.map(\.value) }
}
