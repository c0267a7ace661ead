import Parallelism
import Synchronization
import Testing

struct LanesTests {
  static let counts = [1, 2, 3, 8]

  /// What the lanes did, in the order in which the steps ended.
  private final class Log: Sendable {
    private let steps = Mutex([String]())
    var all: [String] { steps.withLock { $0 } }
    func add(_ step: String) { steps.withLock { $0.append(step) } }
  }

  /// Steps one after the other, each once `isReady` says so.
  private final class Chain: Lane {
    var finished = 0
    private let total: Int
    private let isReady: (Int) -> Bool
    private let work: (Int) throws -> Void
    private var isBusy = false

    init(_ total: Int, isReady: @escaping (Int) -> Bool = { _ in true }, work: @escaping (Int) throws -> Void) {
      self.total = total
      self.isReady = isReady
      self.work = work
    }

    func next() -> LaneState {
      guard finished < total else { return .finished }
      guard !isBusy, isReady(finished) else { return .waiting }
      isBusy = true
      let index = finished
      return .step(
        work: { try self.work(index) },
        finish: {
          self.isBusy = false
          self.finished += 1
        })
    }
  }

  @Test(arguments: counts)
  func stepsWaitForWhatTheyNeed(count: Int) throws {
    let workers = Workers(count: count)
    defer { workers.stop() }
    let log = Log()
    let first = Chain(20) { log.add("a\($0)") }
    // Step i of the second lane needs step i of the first, and it comes first in priority.
    let second = Chain(20, isReady: { first.finished > $0 }, work: { log.add("b\($0)") })
    try Lanes([second, first]).run(on: workers)
    let order = log.all
    #expect(order.count == 40)
    for index in 0..<20 {
      let (a, b) = (order.firstIndex(of: "a\(index)"), order.firstIndex(of: "b\(index)"))
      #expect(a ?? 99 < b ?? -1)
    }
    #expect(order.filter { $0.hasPrefix("a") } == (0..<20).map { "a\($0)" })
  }

  @Test func firstLaneIsServedFirst() throws {
    let log = Log()
    let lanes = ["a", "b", "c"].map { name in Chain(3) { log.add("\(name)\($0)") } }
    try Lanes(lanes).run(on: Workers(count: 1))
    #expect(log.all == ["a0", "a1", "a2", "b0", "b1", "b2", "c0", "c1", "c2"])
  }

  /// A ring of two slots between a fast lane and a slow one.
  @Test(arguments: counts)
  func ringStaysWithinItsBound(count: Int) throws {
    let workers = Workers(count: count)
    defer { workers.stop() }
    let held = Mutex((now: 0, most: 0))
    final class Used { var chain: Chain? }
    let used = Used()
    let reading = Chain(50, isReady: { $0 - (used.chain?.finished ?? 0) < 2 }) { _ in
      held.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
    }
    used.chain = Chain(50, isReady: { reading.finished > $0 }, work: { _ in held.withLock { $0.now -= 1 } })
    try Lanes([reading] + [used.chain].compactMap { $0 }).run(on: workers)
    #expect(held.withLock { $0.most } <= 2)
    #expect(reading.finished == 50 && used.chain?.finished == 50)
  }

  private struct Failure: Error, Equatable { var step: Int }

  @Test(arguments: counts)
  func errorStopsTheRest(count: Int) {
    let workers = Workers(count: count)
    defer { workers.stop() }
    let failing = Chain(100) { if $0 == 4 { throw Failure(step: $0) } }
    let needing = Chain(100, isReady: { failing.finished > $0 }, work: { _ in })
    #expect(throws: Failure(step: 4)) { try Lanes([failing, needing]).run(on: workers) }
    // A step that failed is not finished, and nothing that needs it was begun.
    #expect(failing.finished == 4)
    #expect(needing.finished <= 4)
  }

  @Test(arguments: counts)
  func firstLanesErrorIsThrownWhicheverComesFirst(count: Int) {
    let workers = Workers(count: count)
    defer { workers.stop() }
    let late = Chain(50) { if $0 == 49 { throw Failure(step: $0) } }
    let early = Chain(1) { throw Failure(step: $0) }
    let independent = Chain(100) { _ in }
    #expect(throws: Failure(step: 49)) { try Lanes([late, early, independent]).run(on: workers) }
    #expect(independent.finished == 100)
  }

  @Test(arguments: counts)
  func nothingToDoIsDone(count: Int) throws {
    let workers = Workers(count: count)
    defer { workers.stop() }
    try Lanes([]).run(on: workers)
    try Lanes([Chain(0) { _ in }]).run(on: workers)
  }

  /// Lanes inside the indices of `forEach`, and `forEach` inside their steps, as a run over several cases has them.
  @Test(.timeLimit(.minutes(1)), arguments: counts)
  func lanesNestInWorkers(count: Int) throws {
    let workers = Workers(count: count)
    defer { workers.stop() }
    let sum = Mutex(0)
    try workers.forEach(6) { _ in
      let lane = Chain(5) { _ in try workers.forEach(4) { _ in sum.withLock { $0 += 1 } } }
      try Lanes([lane]).run(on: workers)
    }
    #expect(sum.withLock { $0 } == 120)
  }
}
