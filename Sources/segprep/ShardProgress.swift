import Console
import Foundation
import Pipeline

/// Shows a run that cuts patches, patch by patch on a terminal and file by file elsewhere; on standard error either way.
final class ShardProgress: ShardObserver, @unchecked Sendable {
  private let isSilent: Bool
  private let line = TerminalLine()
  private let pace = Pace()
  private let lock = NSLock()
  private var patches = 0
  private var bytes = 0
  private var cut = 0
  private var cutBytes = 0

  init(isSilent: Bool) { self.isSilent = isSilent }

  func entered(_ step: String) { lock.withLock { if !isSilent { line.draw(step) } } }

  func began(patches: Int, bytes: Int) {
    lock.withLock { (self.patches, self.bytes) = (patches, bytes) }
  }

  func cut(patchOf file: String, bytes: Int) {
    lock.withLock {
      cut += 1
      cutBytes += bytes
      guard !isSilent, line.isDue else { return }
      line.draw("[\(cut)/\(patches)] \(file) | \(pace.text(cutBytes, of: self.bytes))")
    }
  }

  func finished(_ report: ShardFileReport) {
    lock.withLock {
      guard !isSilent, !line.isTerminal else { return }
      printError(
        "[\(cut)/\(patches)] \(report.file) \(Quantity.bytes(report.bytes)) | \(pace.text(cutBytes, of: bytes))")
    }
  }

  func end() { lock.withLock { if !isSilent { line.clear() } } }
}
