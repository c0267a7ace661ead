import Datasets
import Files
import Foundation
import Prepared

/// What became of each case of a run, by its place in the queue; set from any thread.
final class IngestResults: @unchecked Sendable {
  /// Why a case failed, as the user reads it.
  struct Failure: Error {
    var reason: String
  }

  private enum State {
    case toMake(cause: String?, standing: Manifest.Case?)
    case present(Manifest.Case, [String: HashedFile])
    case leftOut(reason: String, [String: HashedFile])
    case failed(standing: Manifest.Case?)
  }

  private let queue: CaseQueue
  private let lock = NSLock()
  private var states: [State]
  private var byPlace: [CaseReport]

  init(_ queue: CaseQueue) {
    self.queue = queue
    states = Array(repeating: .toMake(cause: nil, standing: nil), count: queue.items.count)
    byPlace = queue.items.map {
      CaseReport(caseIdentifier: $0.raw.identifier, outcome: .kept, rawBytes: $0.bytes, seconds: 0)
    }
  }

  /// - Parameter reason: an error's text, as the user reads it.
  func set(_ place: Int, verdict: CaseReuse.Verdict, reason: (any Error) -> String) {
    lock.withLock {
      switch verdict {
      case .keep(let entry, let inputs): states[place] = .present(entry, inputs)
      case .leaveOut(let reason, let inputs):
        states[place] = .leftOut(reason: reason, inputs)
        (byPlace[place].outcome, byPlace[place].reason) = (.excluded, reason)
      case .make(let cause, let standing): states[place] = .toMake(cause: cause, standing: standing)
      case .fail(let error, let standing): fail(place, reason(error), standing, &byPlace[place])
      }
    }
  }

  private func fail(_ place: Int, _ reason: String, _ standing: Manifest.Case?, _ report: inout CaseReport) {
    states[place] = .failed(standing: standing)
    (report.outcome, report.reason) = (.failed, CaseReuse.failure(reason, standing: standing))
  }

  /// Sets a case's end and returns its report.
  func set(_ place: Int, outcome: Result<CaseIngest.Outcome, Failure>, seconds: Double) -> CaseReport {
    lock.withLock {
      var report = byPlace[place]
      var standing: Manifest.Case?
      if case .toMake(let cause, let entry) = states[place] { (report.cause, standing) = (cause, entry) }
      switch outcome {
      case .success(.prepared(let entry, let inputs)):
        states[place] = .present(entry, inputs)
        report.outcome = .prepared
      case .success(.excluded(let reason, let inputs)):
        states[place] = .leftOut(reason: reason, inputs)
        (report.outcome, report.reason) = (.excluded, reason)
      case .failure(let failure): fail(place, failure.reason, standing, &report)
      }
      report.seconds = seconds
      byPlace[place] = report
      return report
    }
  }

  /// Places of the cases that must be made.
  var making: [Int] {
    lock.withLock {
      states.indices.filter { if case .toMake = states[$0] { true } else { false } }
    }
  }

  /// Whether the case at a place is there, made or kept.
  func isPresent(_ place: Int) -> Bool {
    lock.withLock { if case .present = states[place] { true } else { false } }
  }

  /// Reports of all cases, sorted by identifier.
  var reports: [CaseReport] { lock.withLock { byPlace.sorted { $0.caseIdentifier < $1.caseIdentifier } } }

  /// Reports of the cases that failed before any was made.
  var refused: [CaseReport] { reports.filter { $0.outcome == .failed } }

  /// Entries of cases that failed, and stay as an earlier run left them.
  var standing: [Manifest.Case] {
    lock.withLock { states.compactMap { if case .failed(let entry) = $0 { entry } else { nil } } }
  }

  /// Entries of the cases that are there, made or kept.
  var present: [Manifest.Case] {
    lock.withLock { states.compactMap { if case .present(let entry, _) = $0 { entry } else { nil } } }
  }

  /// The raw files of those cases, and of those that their voxels left out.
  var inputs: [String: HashedFile] {
    lock.withLock {
      states.reduce(into: [:]) { all, state in
        switch state {
        case .present(_, let inputs), .leftOut(_, let inputs): all.merge(inputs) { $1 }
        case .toMake, .failed: break
        }
      }
    }
  }

  /// The cases that their voxels left out, by identifier, as the next run will want to know them.
  func leftOut(ingestDigest: String) -> [String: RawInputs.LeftOut] {
    lock.withLock {
      zip(queue.items, states).reduce(into: [:]) { all, entry in
        guard case .leftOut(let reason, let inputs) = entry.1 else { return }
        all[entry.0.raw.identifier] = RawInputs.LeftOut(
          ingestDigest: ingestDigest, reason: reason, files: inputs.mapValues(\.sha256))
      }
    }
  }
}

/// Cases in the order in which they are begun: the largest first, so that no thread is left alone with one at the end.
struct CaseQueue {
  struct Item: Sendable {
    var raw: RawCase
    /// Bytes of the raw files, compressed as they are: what progress is weighted by.
    var bytes: Int
  }

  let items: [Item]

  init(_ cases: [RawCase]) {
    let sized = cases.map { raw in
      return Item(raw: raw, bytes: raw.filesOnDisk.reduce(0) { $0 + ((try? OpenFile(reading: $1.path).length()) ?? 0) })
    }
    items = sized.sorted { ($1.bytes, $0.raw.identifier) < ($0.bytes, $1.raw.identifier) }
  }
}
