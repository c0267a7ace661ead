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
  private var failures: [Int: any Error] = [:]
  private var running = 0

  /// Lanes in order of priority; nothing runs yet.
  public init(_ lanes: [any Lane]) { self.lanes = lanes }

  /// Runs every step of every lane.
  ///
  /// A lane that throws ends there, and the others go on as far as they can without it; then the error of the first
  /// lane in order is thrown. So it does not depend on timing which of two damaged files is reported.
  public func run(on workers: Workers) throws {
    // A seat for each thread; one that takes it after the last step leaves it at once.
    try workers.forEach(workers.count) { [self] _ in work() }
    if let first = failures.keys.min(), let error = failures[first] { throw error }
  }

  private func work() {
    condition.lock()
    defer { condition.unlock() }
    while true {
      let (lane, state) = choose()
      switch state {
      case .step(let work, let finish):
        running += 1
        condition.unlock()
        let result = Result { try work() }
        condition.lock()
        running -= 1
        switch result {
        case .success: finish()
        case .failure(let error): failures[lane] = failures[lane] ?? error
        }
        condition.wakeAll()
      case .waiting:
        if running == 0 {
          precondition(!failures.isEmpty, "every lane waits for another")
          return
        }
        condition.wait()
      case .finished:
        return
      }
    }
  }

  private func choose() -> (lane: Int, LaneState) {
    var isFinished = true
    for (index, lane) in lanes.enumerated() where failures[index] == nil {
      switch lane.next() {
      case .step(let work, let finish): return (index, .step(work: work, finish: finish))
      case .waiting: isFinished = false
      case .finished: break
      }
    }
    return (0, isFinished ? .finished : .waiting)
  }
}
