#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The room on a disk.
public enum DiskSpace {
  /// Bytes that this user may still write where `path` lies or would lie; nil where the system does not say.
  public static func freeBytes(at path: String) -> Int? {
    var status = statvfs()
    guard statvfs(Folder.nearestThere(path), &status) == 0 else { return nil }
    let (bytes, overflow) = Int(clamping: status.f_bavail).multipliedReportingOverflow(
      by: Int(clamping: status.f_frsize))
    return overflow ? .max : bytes
  }
}
