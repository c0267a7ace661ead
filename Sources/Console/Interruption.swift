#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C: one line that says what to do, and exit code 130.
///
/// Nothing needs to be put in order: every file is whole or not there, and the next run takes up what is finished.
public enum Interruption {
  private static let again: StaticString = "\nsegprep: interrupted; run the same command again to go on\n"
  private static let resuming: StaticString = "\nsegprep: interrupted; run the same command with --resume to go on\n"

  /// Ends the process at the first interrupt from now on; `resuming` for a command that goes on only when it is told to.
  public static func sayHowToGoOn(resuming: Bool = false) {
    if resuming {
      signal(SIGINT) { _ in Interruption.end(Interruption.resuming) }
    } else {
      signal(SIGINT) { _ in Interruption.end(Interruption.again) }
    }
  }

  /// Only calls that are allowed in a signal handler.
  private static func end(_ message: StaticString) {
    message.withUTF8Buffer { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    _exit(130)
  }
}
