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
  public struct Way: Sendable {
    fileprivate let words: StaticString

    /// By being run again.
    public static let again = Way(words: "run the same command again to go on")
    /// Only when it is told to, by `--resume`.
    public static let resuming = Way(words: "run the same command with --resume to go on")
    /// Not at all: it was told to make everything anew, by `--overwrite`.
    public static let overwriting = Way(words: "with --overwrite the same command begins anew")
    /// Not at all: it was told to make everything anew, by `--force`.
    public static let forcing = Way(words: "without --force the same command makes what is missing")
  }

  /// What the handler says: it is written before the handler is there.
  nonisolated(unsafe) private static var way = Way.again

  /// Ends the process at the first interrupt from now on, saying how to go on.
  public static func say(_ way: Way) {
    self.way = way
    signal(SIGINT) { _ in Interruption.end() }
  }

  /// Only calls that are allowed in a signal handler.
  private static func end() {
    for text in ["\nsegprep: interrupted; ", way.words, "\n"] as [StaticString] { put(text) }
    _exit(130)
  }

  private static func put(_ text: StaticString) {
    text.withUTF8Buffer { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
