#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A lock whose holder can wait until another thread says that something changed.
public final class Condition: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  /// A lock that nobody holds.
  public init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(changed, nil)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Waits for the lock.
  public func lock() { pthread_mutex_lock(mutex) }
  /// Gives the lock back.
  public func unlock() { pthread_mutex_unlock(mutex) }

  /// Gives the lock up until `wakeAll` is called; the caller checks again what it waits for.
  public func wait() { pthread_cond_wait(changed, mutex) }
  /// The same for no longer than `seconds`.
  public func wait(seconds: Double) {
    var end = timespec()
    clock_gettime(CLOCK_REALTIME, &end)
    let nanoseconds = Int(min(max(seconds, 0), 1e6) * 1e9) + end.tv_nsec
    end.tv_sec += nanoseconds / 1_000_000_000
    end.tv_nsec = nanoseconds % 1_000_000_000
    pthread_cond_timedwait(changed, mutex, &end)
  }

  /// Lets everybody who waits look again.
  public func wakeAll() { pthread_cond_broadcast(changed) }

  /// Runs `body` with the lock held.
  public func locked<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock()
    defer { unlock() }
    return try body()
  }
}
