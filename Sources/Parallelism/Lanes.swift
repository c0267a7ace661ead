/// A sequence of steps of which some must wait for steps of other lanes.
///
/// A lane's state is touched only inside `next` and inside a step's `finish`, both called under one lock.
public protocol Lane: AnyObject {
  /// What the lane could do now. Called again whenever any step of any lane has finished.
  func next() -> LaneState
}

/// What a lane can offer a thread that looks for work.
public enum LaneState {
  /// Run `work` (outside the lock), then `finish` (under it).
  case step(work: () throws -> Void, finish: () -> Void)
  /// Nothing until another step finishes.
  case waiting
  case finished
}

/// Runs lanes to their end on all workers that have nothing else to do.
///
/// Order of the lanes is their priority: the first that has a step is served first. Reading and inflating come first,
/// because they cannot be shared out; what follows fills the other threads.
public final class Lanes: @unchecked Sendable {
  private let lanes: [any Lane]
  private let condition = Condition()
  private var failure: (any Error)?
  private var running = 0

  /// Lanes in the order of their priority, the most urgent first.
  public init(_ lanes: [any Lane]) { self.lanes = lanes }

  /// Runs every step of every lane; throws the first error, after the steps already begun have ended.
  public func run(on workers: Workers) throws {
    workers.together { [self] in work() }
    if let failure { throw failure }
  }

  private func work() {
    condition.lock()
    defer { condition.unlock() }
    while failure == nil {
      switch choose() {
      case .step(let work, let finish):
        running += 1
        condition.unlock()
        var thrown: (any Error)?
        do { try work() } catch { thrown = error }
        condition.lock()
        running -= 1
        if let thrown { failure = failure ?? thrown } else { finish() }
        condition.wakeAll()
      case .waiting:
        precondition(running > 0, "every lane waits for another")
        condition.wait()
      case .finished:
        return
      }
    }
  }

  private func choose() -> LaneState {
    var isFinished = true
    for lane in lanes {
      switch lane.next() {
      case .step(let work, let finish): return .step(work: work, finish: finish)
      case .waiting: isFinished = false
      case .finished: break
      }
    }
    return isFinished ? .finished : .waiting
  }
}
