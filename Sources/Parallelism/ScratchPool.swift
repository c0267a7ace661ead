/// Working memory that threads borrow and give back, so that it is made once per thread and not once per step.
public final class ScratchPool<Scratch: AnyObject & Sendable>: @unchecked Sendable {
  private let condition = Condition()
  private var idle: [Scratch] = []

  public init() {}

  /// One that nobody uses, or a new one.
  public func take(make: () -> Scratch) -> Scratch {
    condition.locked { idle.popLast() } ?? make()
  }

  public func give(_ scratch: Scratch) {
    condition.locked { idle.append(scratch) }
  }
}
