import Console
import Foundation
import Pipeline

/// Shows a run: one line that is redrawn on a terminal, plain lines elsewhere; on standard error either way.
///
/// The time left is weighted by the cases' sizes, not by their number.
final class ProgressDisplay: IngestObserver, @unchecked Sendable {
  private let isSilent: Bool
  private let line = TerminalLine()
  private let lock = NSLock()
  private let timing = Pace()
  private var cases = 0
  private var rawBytes = 0
  private var done = 0
  private var doneBytes = 0
  private var failed = 0
  /// Cases being worked on and the stage each is in, in the order in which they began.
  private var running: [(caseIdentifier: String, stage: String)] = []

  init(isSilent: Bool) { self.isSilent = isSilent }

  func began(cases: Int, rawBytes: Int) {
    lock.withLock { (self.cases, self.rawBytes) = (cases, rawBytes) }
  }

  func entered(stage: String, caseIdentifier: String) {
    lock.withLock {
      if let place = running.firstIndex(where: { $0.caseIdentifier == caseIdentifier }) {
        running[place].stage = stage
      } else {
        running.append((caseIdentifier, stage))
      }
      redraw()
    }
  }

  func finished(_ report: CaseReport) {
    lock.withLock {
      running.removeAll { $0.caseIdentifier == report.caseIdentifier }
      done += 1
      doneBytes += report.rawBytes
      if report.outcome == .failed { failed += 1 }
      guard !isSilent else { return }
      if line.isTerminal {
        if report.outcome == .failed {
          line.clear()
          printError("\(report.caseIdentifier): failed: \(report.reason ?? "")")
        }
        redraw(atOnce: true)
      } else {
        let word = report.outcome == .prepared ? "" : " \(report.outcome.rawValue): \(report.reason ?? "")"
        printError("[\(done)/\(cases)] \(report.caseIdentifier) \(Quantity.seconds(report.seconds))\(word) | \(pace)")
      }
    }
  }

  func warned(_ line: String) { lock.withLock { printError("warning: \(line)") } }

  func end() {
    lock.withLock { if !isSilent { line.clear() } }
  }

  private var pace: String { timing.text(doneBytes, of: rawBytes) }

  private func redraw(atOnce: Bool = false) {
    guard !isSilent, line.isDue || atOnce else { return }
    let now = running.prefix(2).map { "\($0.caseIdentifier) \($0.stage)" }.joined(separator: ", ")
    let more = running.count > 2 ? " +\(running.count - 2)" : ""
    let failures = failed > 0 ? ", \(failed) failed" : ""
    line.draw("[\(done)/\(cases)\(failures)] \(now)\(more) | \(pace)")
  }
}
