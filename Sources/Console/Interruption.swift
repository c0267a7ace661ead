#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C: one line that says what to do, and exit code 130.
///
/// Nothing needs to be put in order: every file is whole or not there, and the next run takes up what is finished.
public enum Interruption {
  /// How a command goes on that was interrupted.
  public enum Way {
    /// By being run again.
    case again
    /// Only when it is told to, by `--resume`.
    case resuming
    /// Not at all: it was told to make everything anew.
    case anew
  }

  private static let again: StaticString = "\nsegprep: interrupted; run the same command again to go on\n"
  private static let resuming: StaticString = "\nsegprep: interrupted; run the same command with --resume to go on\n"
  private static let anew: StaticString =
    "\nsegprep: interrupted; with --overwrite the same command begins again with the first case\n"

  /// Ends the process at the first interrupt from now on, saying how to go on.
  public static func say(_ way: Way) {
    switch way {
    case .again: signal(SIGINT) { _ in Interruption.end(Interruption.again) }
    case .resuming: signal(SIGINT) { _ in Interruption.end(Interruption.resuming) }
    case .anew: signal(SIGINT) { _ in Interruption.end(Interruption.anew) }
    }
  }

  /// Only calls that are allowed in a signal handler.
  private static func end(_ message: StaticString) {
    message.withUTF8Buffer { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    _exit(130)
  }
}
