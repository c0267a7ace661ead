#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What this process has used of the machine's memory.
public enum Memory {
  /// The most that was resident at any time, in bytes.
  public static var peakBytes: Int {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
