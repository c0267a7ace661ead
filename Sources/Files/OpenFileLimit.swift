#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How many files the process may have open: one for each shard that is streamed, and a few more.
public enum OpenFileLimit {
  /// Raises the limit as far as the system lets the process; many systems begin at 1024 and allow a thousand times that.
  public static func raise() {
    #if os(Linux)
      let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let files = RLIMIT_NOFILE
    #endif
    var limit = rlimit()
    guard getrlimit(files, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
    limit.rlim_cur = limit.rlim_max
    // Where it is refused the limit is as it was, and the error of the file that is too many says what to do.
    _ = setrlimit(files, &limit)
  }
}
