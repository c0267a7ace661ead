import Foundation
import Parallelism
import Synchronization
import Testing

struct WorkersTests {
  static let counts = [1, 2, 3, 8]

  @Test(arguments: counts, [0, 1, 2, 7, 1000])
  func eachIndexOnce(count: Int, total: Int) throws {
    let workers = Workers(count: count)
    defer { workers.stop() }
    let visits = Mutex([Int](repeating: 0, count: total))
    try workers.forEach(total) { index in visits.withLock { $0[index] += 1 } }
    #expect(visits.withLock { $0 } == [Int](repeating: 1, count: total))
  }

  @Test(arguments: counts, [0, 1, 1000])
  func resultsAreInOrder(count: Int, total: Int) throws {
    let workers = Workers(count: count)
    defer { workers.stop() }
    #expect(try workers.map(total) { index in index * index } == (0..<total).map { $0 * $0 })
    #expect(throws: Failure(index: 0)) { try workers.map(max(1, total)) { throw Failure(index: $0 - $0) } }
  }

  @Test func oneWorkerGoesInOrder() throws {
    let workers = Workers(count: 1)
    let order = Mutex([Int]())
    try workers.forEach(20) { index in order.withLock { $0.append(index) } }
    #expect(order.withLock { $0 } == Array(0..<20))
  }

  /// Three levels deep, every level wider than there are threads.
  @Test(.timeLimit(.minutes(1)), arguments: counts)
  func nestingDoesNotDeadlock(count: Int) throws {
    let workers = Workers(count: count)
    defer { workers.stop() }
    let leaves = Mutex(0)
    try workers.forEach(9) { _ in
      try workers.forEach(9) { _ in
        try workers.forEach(9) { _ in leaves.withLock { $0 += 1 } }
      }
    }
    #expect(leaves.withLock { $0 } == 729)
  }

  private struct Failure: Error, Equatable { var index: Int }

  /// All indices from 3 on fail.
  @Test(arguments: counts)
  func lowestFailureIsThrownAndNothingBegunAfterIt(count: Int) {
    let workers = Workers(count: count)
    defer { workers.stop() }
    let begun = Mutex([Int]())
    let error = #expect(throws: Failure.self) {
      try workers.forEach(10_000) { index in
        begun.withLock { $0.append(index) }
        if index >= 3 { throw Failure(index: index) }
      }
    }
    #expect(error == Failure(index: 3))
    // Each thread may have had one index in hand when the first one failed.
    #expect(begun.withLock { $0.count } <= 3 + count)
  }

  /// Both indices are in hand before either fails.
  @Test(.timeLimit(.minutes(1))) func lowestOfSeveralFailures() {
    let workers = Workers(count: 4)
    defer { workers.stop() }
    let arrived = Mutex(0)
    let error = #expect(throws: Failure.self) {
      try workers.forEach(2) { index in
        arrived.withLock { $0 += 1 }
        while arrived.withLock({ $0 < 2 }) {}
        throw Failure(index: index)
      }
    }
    #expect(error == Failure(index: 0))
  }

  @Test func failureDoesNotSpoilTheNextRun() throws {
    let workers = Workers(count: 3)
    defer { workers.stop() }
    #expect(throws: Failure.self) { try workers.forEach(5) { throw Failure(index: $0) } }
    let sum = Mutex(0)
    try workers.forEach(5) { index in sum.withLock { $0 += index } }
    #expect(sum.withLock { $0 } == 10)
  }

  @Test func forEachReturnsWhenAllHaveReturned() throws {
    let workers = Workers(count: 4)
    defer { workers.stop() }
    for _ in 0..<200 {
      let inside = Mutex(0)
      try workers.forEach(4) { _ in
        inside.withLock { $0 += 1 }
        inside.withLock { $0 -= 1 }
      }
      #expect(inside.withLock { $0 } == 0)
    }
  }

  @Test(.timeLimit(.minutes(1)), arguments: counts)
  func whatRunsTogetherFitsTheBudget(count: Int) throws {
    let workers = Workers(count: count)
    defer { workers.stop() }
    // The third takes more than there is: it runs alone.
    let needs = [60, 50, 500, 30, 10, 100] + Array(repeating: 20, count: 200)
    let state = Mutex((used: 0, running: 0, most: 0, visits: Array(repeating: 0, count: needs.count)))
    try workers.forEach(needs: needs, budget: 100) { index in
      state.withLock {
        $0.used += needs[index]
        $0.running += 1
        $0.most = max($0.most, needs[index] > 100 ? ($0.running == 1 ? 0 : .max) : $0.used)
        $0.visits[index] += 1
      }
      // Parts of it, which idle threads take.
      try workers.forEach(3) { _ in }
      state.withLock {
        $0.used -= needs[index]
        $0.running -= 1
      }
    }
    #expect(state.withLock { $0.most } <= 100)
    #expect(state.withLock { $0.visits } == Array(repeating: 1, count: needs.count))
  }

  /// The large index leaves no room; when it is done, the small ones must run side by side again.
  @Test(.timeLimit(.minutes(1))) func threadsComeBackAfterThereWasNoRoom() throws {
    let workers = Workers(count: 3)
    defer { workers.stop() }
    let inside = Mutex((now: 0, most: 0))
    try workers.forEach(needs: [100, 30, 30, 30], budget: 100) { index in
      if index == 0 { return Thread.sleep(forTimeInterval: 0.05) }
      inside.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      let end = Date(timeIntervalSinceNow: 10)
      while inside.withLock({ $0.most < 3 }), Date() < end { Thread.sleep(forTimeInterval: 0.001) }
      inside.withLock { $0.now -= 1 }
    }
    #expect(inside.withLock { $0.most } == 3)
  }

  @Test(arguments: counts)
  func budgetedResultsAreInOrder(count: Int) throws {
    let workers = Workers(count: count)
    defer { workers.stop() }
    #expect(try workers.map(needs: [5, 1, 9, 2], budget: 9) { $0 * $0 } == [0, 1, 4, 9])
    #expect(throws: Failure(index: 0)) { try workers.map(needs: [5, 1], budget: 9) { throw Failure(index: $0 - $0) } }
  }
}
