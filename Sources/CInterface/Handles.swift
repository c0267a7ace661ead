import Synchronization

/// What C programs have opened: they hold numbers, so that one which is closed or made up is an error and no crash.
final class Handles<Object: Sendable>: Sendable {
  private let kind: String
  private let open = Mutex<[UInt64: Object]>([:])

  init(_ kind: String) { self.kind = kind }

  func add(_ object: Object) -> UInt64 {
    let handle = handleNumbers.add(1, ordering: .relaxed).newValue
    open.withLock { $0[handle] = object }
    return handle
  }

  func callAsFunction(_ handle: UInt64) throws(CallError) -> Object {
    guard let object = open.withLock({ $0[handle] }) else { throw .noHandle(kind: kind, found: handle) }
    return object
  }

  @discardableResult
  func remove(_ handle: UInt64) throws(CallError) -> Object {
    guard let object = open.withLock({ $0.removeValue(forKey: handle) }) else {
      throw .noHandle(kind: kind, found: handle)
    }
    return object
  }
}

/// One count for all kinds: no number is both a stream and something else.
private let handleNumbers = Atomic<UInt64>(0)
