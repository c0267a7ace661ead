import Foundation
import Pipeline

/// Shows a run that cuts patches, patch by patch on a terminal and file by file elsewhere.
final class ShardProgress: ShardObserver, @unchecked Sendable {
  private let line: ProgressLine
  private let lock = NSLock()
  private var patches = 0
  private var bytes = 0
  private var cut = 0
  private var cutBytes = 0

  init(isSilent: Bool) { line = ProgressLine(isSilent: isSilent) }

  func began(patches: Int, bytes: Int) {
    lock.withLock { (self.patches, self.bytes) = (patches, bytes) }
  }

  func cut(patchOf file: String, bytes: Int) {
    lock.withLock {
      cut += 1
      cutBytes += bytes
      line.redraw { "[\(cut)/\(patches)] \(file) | \(pace)" }
    }
  }

  func finished(_ report: ShardFileReport) {
    lock.withLock {
      if !line.isTerminal { line.keep("[\(cut)/\(patches)] \(report.file) \(Quantity.bytes(report.bytes)) | \(pace)") }
    }
  }

  func end() { lock.withLock { line.clear() } }

  private var pace: String { line.pace(cutBytes, of: bytes) }
}
