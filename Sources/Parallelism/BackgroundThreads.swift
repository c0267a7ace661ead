import Foundation

/// Threads that work beside whoever started them, until their work ends.
public final class BackgroundThreads: @unchecked Sendable {
  private let condition = Condition()
  private var running: Int

  /// Starts `count` threads that each call `body` once, with a number from 0.
  public init(count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    running = count
    for number in 0..<count {
      let thread = Thread { [condition, self] in
        body(number)
        condition.locked {
          running -= 1
          condition.wakeAll()
        }
      }
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// Waits until every body has returned; not to be called from within one.
  public func join() {
    condition.locked {
      while running > 0 { condition.wait() }
    }
  }
}
