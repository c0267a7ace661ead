import Parallelism
import Synchronization

/// The runs of each plane of a raw label, from when they are decoded until everybody has seen them.
///
/// The label is decoded at most `window` planes ahead of its slowest reader, so that memory is bounded even for noise.
final class ForegroundPlanes: Sendable {
  private struct State {
    var runs: [[LabelRun]?]
    var users: [Int]
    /// The first plane that somebody has not seen.
    var oldest = 0
  }

  private let state: Mutex<State>
  /// Planes from the oldest that somebody has not seen, within which all lie that are being decoded.
  static let window = 16

  /// - Parameter users: how often each plane is taken.
  init(planes: Int, users: Int) {
    state = Mutex(
      State(runs: Array(repeating: nil, count: planes), users: Array(repeating: users, count: planes)))
  }

  func mayPut(_ plane: Int) -> Bool { state.withLock { plane < $0.oldest + Self.window } }

  func put(_ plane: Int, _ found: [LabelRun]) { state.withLock { $0.runs[plane] = found } }

  func isThere(_ plane: Int) -> Bool { state.withLock { $0.runs[plane] != nil } }

  /// One user's look at a plane; the last one's frees it.
  func take(_ plane: Int) -> [LabelRun] {
    state.withLock { state in
      let found = state.runs[plane] ?? []
      state.users[plane] -= 1
      if state.users[plane] == 0 { state.runs[plane] = nil }
      while state.oldest < state.users.count, state.users[state.oldest] == 0 { state.oldest += 1 }
      return found
    }
  }
}

/// Counts a raw label's parts, plane after plane, beside everything else.
final class ComponentLane: Lane {
  private let planes: ForegroundPlanes
  private let counter: ComponentCounter
  private let count: Int
  private var plane = 0
  private var isBusy = false

  init(_ planes: ForegroundPlanes, count: Int, counter: ComponentCounter) {
    self.planes = planes
    self.count = count
    self.counter = counter
  }

  func next() -> LaneState {
    guard plane < count else { return .finished }
    guard !isBusy, planes.isThere(plane) else { return .waiting }
    isBusy = true
    return .step(
      work: { [self] in counter.add(planes.take(plane)) },
      finish: { [self] in
        plane += 1
        isBusy = false
      })
  }
}
