import Foundation

/// A line on standard error that is drawn over and over; nothing where standard error is no terminal. For one thread at a
/// time.
public final class TerminalLine {
  /// Whether the line can be drawn over: a dumb terminal knows no way to clear it.
  public let isTerminal = isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  private var drawn = Date.distantPast

  /// Between two redrawings of the line, in seconds: faster cannot be read.
  private static let interval = 0.1

  /// A line that nothing is drawn on yet.
  public init() {}

  /// Whether a new text could be read by now.
  public var isDue: Bool { isTerminal && Date().timeIntervalSince(drawn) >= Self.interval }

  /// Puts a text in the place of the last one.
  public func draw(_ text: String) {
    guard isTerminal else { return }
    drawn = Date()
    write("\r\u{1b}[K" + text.prefix(columns - 1))
  }

  /// Leaves the line blank.
  public func clear() { if isTerminal { write("\r\u{1b}[K") } }

  private var columns: Int {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  private func write(_ text: some StringProtocol) { FileHandle.standardError.write(Data(text.utf8)) }
}
