#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The machine's memory, and what this process has used of it.
public enum Memory {
  /// What could be taken now without driving others out, in bytes: Linux' MemAvailable, or what the limits of a container or
  /// a job leave of it; elsewhere half of the memory.
  public static var availableBytes: Int {
    let machine =
      field("MemAvailable:", of: "/proc/meminfo") ?? sysconf(Int32(_SC_PHYS_PAGES)) * sysconf(Int32(_SC_PAGESIZE)) / 2
    return min(machine, ControlGroup().availableBytes ?? machine)
  }

  /// What a run may take that was told nothing of it, in bytes: 70 % of what is available.
  public static var budgetBytes: Int { availableBytes * 7 / 10 }

  /// The most that was resident at any time, in bytes.
  ///
  /// Not `getrusage`'s on Linux: that begins with what the parent had when it started this process.
  public static var peakBytes: Int {
    if let bytes = field("VmHWM:", of: "/proc/self/status") { return bytes }
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }

  /// A number of kB in one of the kernel's tables, as bytes.
  private static func field(_ name: String, of path: String) -> Int? {
    for line in ControlGroup.text(of: path)?.split(separator: "\n") ?? [] where line.hasPrefix(name) {
      return line.dropFirst(name.count).split { $0 == " " || $0 == "\t" }.first.flatMap { Int($0) }.map { $0 * 1024 }
    }
    return nil
  }
}
