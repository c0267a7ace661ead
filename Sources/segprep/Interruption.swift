#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ctrl-C: one line that says what to do, and exit code 130.
///
/// Nothing needs to be put in order: every file is whole or not there, and the next run takes up what is finished.
enum Interruption {
  private static let message: StaticString = "\nsegprep: interrupted; run the same command again to go on\n"

  /// Ends the process at the first interrupt from now on.
  static func sayHowToGoOn() {
    signal(SIGINT) { _ in
      // Only calls that are allowed in a signal handler.
      Interruption.message.withUTF8Buffer { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
      _exit(130)
    }
  }
}
