#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the operating system refused, with the path it refused it for.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// What was tried, as in "cannot `action`".
  public let action: String
  /// The system's error number.
  public let code: Int32

  /// The system's last error about `path`, or the one given.
  public init(path: String, action: String, code: Int32 = errno) {
    self.path = path
    self.action = action
    self.code = code
  }

  /// Whether something was to be written, rather than read.
  public var isRefusedWrite: Bool { ["write", "flush", "create folder"].contains(action) }

  /// Whether the disk (or the quota) is full.
  public var isOutOfSpace: Bool { code == ENOSPC || code == EDQUOT }

  /// Whether nothing of that name is there.
  public var isAbsent: Bool { code == ENOENT }

  /// Whether no folder can be of that name.
  public var isNoFolder: Bool { [ENOENT, ENOTDIR, ELOOP].contains(code) }

  /// Whether the process has as many files open as it may.
  public var isOutOfFiles: Bool { code == EMFILE }

  /// Whether it may not be read or written.
  public var isForbidden: Bool { code == EACCES || code == EPERM }

  /// What was refused and why, without the path.
  public var reason: String { "cannot \(action): \(String(cString: strerror(code)))" }

  /// The line the user sees.
  public var description: String {
    var text = "\(path): \(reason)"
    if isOutOfSpace { text += "; free some space and run the same command again" }
    if isOutOfFiles { text += "; raise the limit (ulimit -n)" }
    return text
  }
}
