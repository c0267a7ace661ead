import Parallelism
import Testing

struct ScratchPoolTests {
  private final class Scratch: Sendable {}

  @Test func lendsWhatWasGivenBackBeforeMakingMore() {
    let pool = ScratchPool<Scratch>()
    let (first, second) = (pool.take { Scratch() }, pool.take { Scratch() })
    #expect(first !== second)
    pool.give(first)
    #expect(pool.take { Scratch() } === first)
    #expect(pool.take { Scratch() } !== first)
  }
}
