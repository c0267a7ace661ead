/// Working memory that threads borrow and give back, so that it is made once per thread and not once per step.
public final class ScratchPool<Scratch: AnyObject & Sendable>: @unchecked Sendable {
  private let condition = Condition()
  private var idle: [Scratch] = []
  private var made: [Scratch] = []

  /// An empty pool.
  public init() {}

  /// One that nobody uses, or a new one.
  public func take(make: () -> Scratch) -> Scratch {
    if let idle = condition.locked({ idle.popLast() }) { return idle }
    let scratch = make()
    condition.locked { made.append(scratch) }
    return scratch
  }

  /// All that were ever made, to add up what threads have gathered in them.
  public var all: [Scratch] { condition.locked { made } }

  /// Takes back what `take` lent, for the next thread.
  public func give(_ scratch: Scratch) {
    condition.locked { idle.append(scratch) }
  }
}
