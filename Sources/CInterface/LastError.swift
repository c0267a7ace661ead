#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The line that says why this thread's last call failed.
enum LastError {
  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    let code = pthread_key_create(&key) { free($0) }
    precondition(code == 0, "no room for a line of this thread's")
    return key
  }()

  static func set(_ line: String) {
    free(pthread_getspecific(key))
    pthread_setspecific(key, strdup(line))
  }

  /// Good until the next `set` of the same thread.
  static var line: UnsafePointer<CChar>? {
    pthread_getspecific(key).map { UnsafePointer($0.assumingMemoryBound(to: CChar.self)) }
  }
}
