@testable import Parallelism
import Testing

struct IndexQueueTests {
  @Test func indicesBeginWhileTheyFitTogether() {
    let queue = IndexQueue(needs: [60, 50, 30, 10], budget: 100)
    #expect(queue.next() == 0)
    // 50 does not fit beside 60; 30 does, and then 10.
    #expect(queue.next() == 2)
    #expect(queue.next() == 3)
    #expect(queue.next() == nil && queue.supply == .later)
    #expect(queue.end(0))
    #expect(queue.supply == .now && queue.next() == 1)
    #expect(queue.next() == nil && queue.supply == .none)
  }

  @Test func whatNeverFitsRunsAlone() {
    let queue = IndexQueue(needs: [40, 500, 40], budget: 100)
    #expect(queue.next() == 0 && queue.next() == 2 && queue.next() == nil)
    #expect(!queue.end(0))
    #expect(queue.end(2))
    #expect(queue.next() == 1)
  }

  @Test func exactlyTheBudgetFits() {
    let queue = IndexQueue(needs: [100, 100], budget: 100)
    #expect(queue.next() == 0 && queue.next() == nil)
    #expect(queue.end(0))
    #expect(queue.next() == 1)
  }

  @Test func nothingBeginsAfterAnError() {
    struct Failure: Error {}
    let queue = IndexQueue(needs: [1, 1], budget: 10)
    #expect(queue.next() == 0)
    queue.fail(0, Failure())
    #expect(queue.next() == nil && queue.supply == .none && queue.failure is Failure)
  }
}
