import Datasets
import Files
import Foundation
import HDF5
import Parallelism
import Prepared
import Preprocessing

/// Is told what a run does while it does it; called from any thread.
public protocol IngestObserver: Sendable {
  func began(cases: Int, rawBytes: Int)
  func entered(stage: String, caseIdentifier: String)
  func finished(_ report: CaseReport)
}

/// Turns a folder of raw cases into a folder of prepared ones.
public struct Ingest: Sendable {
  /// What is done to each case.
  public var plan: Plan
  /// The folder of raw cases.
  public var raw: String
  /// The folder for prepared cases.
  public var prepared: String
  /// The cases to prepare; nil is all.
  public var only: [String]?
  /// Threads in all.
  public var jobs: Int
  /// Whether each case is on the disk before it is named in the manifest.
  public var sync = true

  /// A run of `plan` over the cases in `raw`, into `prepared`.
  public init(plan: Plan, raw: String, prepared: String, only: [String]? = nil, jobs: Int) {
    self.plan = plan
    self.raw = raw
    self.prepared = prepared
    self.only = only
    self.jobs = jobs
  }

  /// What a run would do with each case, found out from names and headers alone.
  public struct Preview: Sendable {
    /// The cases that would be prepared, in the layout's order; some of them may fail.
    public var toPrepare: [RawCase]
    /// The cases that the pipeline's rules leave out, and why.
    public var excluded: [Manifest.Absent]
    /// Identifiers of the cases to prepare that have no label.
    public var unlabelled: [String]
  }

  /// Looks at the raw folder and applies the rules that need no voxels.
  /// - Throws: `DatasetError`, and `IngestError` for cases that do not exist or if none is left.
  public func preview() throws -> Preview { try preview(only: only) }

  private func preview(only: [String]?) throws -> Preview {
    let dataset = plan.config.dataset
    let found = try dataset.layout.discover(raw)
    var wanted = found
    if let only {
      guard !only.isEmpty else { throw IngestError.noCasesNamed(known: found.map(\.identifier)) }
      let known = Set(found.map(\.identifier))
      let unknown = only.filter { !known.contains($0) }
      guard unknown.isEmpty else { throw IngestError.unknownCases(unknown, known: found.map(\.identifier)) }
      wanted = found.filter { only.contains($0.identifier) }
    }
    var preview = Preview(toPrepare: [], excluded: [], unlabelled: [])
    for item in wanted {
      if let reason = dataset.exclude.reason(for: item.identifier, classCounts: nil) {
        preview.excluded.append(.init(caseIdentifier: item.identifier, reason: reason))
      } else if item.label == nil && item.problems.isEmpty && dataset.unlabelled == .exclude {
        preview.excluded.append(.init(caseIdentifier: item.identifier, reason: "no label"))
      } else {
        if item.label == nil && item.problems.isEmpty { preview.unlabelled.append(item.identifier) }
        preview.toPrepare.append(item)
      }
    }
    guard !preview.toPrepare.isEmpty else {
      throw IngestError.everyCaseLeftOut(raw: raw, excluded: preview.excluded.count)
    }
    return preview
  }

  /// Prepares the cases. One that fails is reported and the others go on.
  /// - Throws: what ends the whole run: `DatasetError`, `IngestError`, `ManifestError`, `FileError` (disk full).
  public func run(observer: any IngestObserver) throws -> IngestReport {
    let started = Date()
    let preview = try preview()
    let output = try OutputFolder(path: prepared)
    let earlier = try output.earlierManifest(ingestDigest: plan.ingestDigest)
    // From here on files change; a manifest never vouches for a case that is being made anew, whenever the run ends.
    try earlier?.without(preview.toPrepare.map(\.identifier)).write(folder: output.path, flush: sync)
    let workers = Workers(count: jobs)
    defer { workers.stop() }

    let queue = CaseQueue(preview.toPrepare)
    observer.began(cases: queue.items.count, rawBytes: queue.items.reduce(0) { $0 + $1.bytes })
    // Means over the data set are of all its cases, whichever of them this run prepares.
    let stages = try DatasetNormal.resolve(plan, on: workers) { try self.preview(only: nil).toPrepare }
    let caseIngest = CaseIngest(plan: plan, stages: stages, workers: workers)
    let results = Results(count: queue.items.count)
    try workers.forEach(queue.items.count, helping: true) { index in
      let item = queue.items[index]
      let begun = Date()
      let outcome = try attempt {
        try caseIngest.run(item.raw, into: output.path, sync: sync) {
          observer.entered(stage: $0, caseIdentifier: item.raw.identifier)
        }
      }
      let report = self.report(outcome, item, seconds: Date().timeIntervalSince(begun))
      results.set(index, outcome, report)
      observer.finished(report)
    }

    var manifest = collect(preview, queue, results, earlier)
    for absent in manifest.excluded + manifest.failed { output.remove(Manifest.Case.file(absent.caseIdentifier)) }
    assignFolds(&manifest)
    try manifest.write(folder: output.path, flush: sync)
    try AtomicFile.write(plan.json.prettyText, to: output.path + "/plan.json", flush: sync)
    let report = IngestReport(
      cases: results.reports.sorted { $0.caseIdentifier < $1.caseIdentifier }, manifest: manifest,
      seconds: Date().timeIntervalSince(started))
    let runReport = RunReport(report, started: started, jobs: jobs, synchronized: sync)
    try AtomicFile.write(try CanonicalJSON.text(runReport), to: output.path + "/run_report.json", flush: false)
    return report
  }

  /// An error of one case is its result; a full disk ends the run, because every case would meet it.
  private func attempt(_ body: () throws -> CaseIngest.Outcome) throws -> Result<CaseIngest.Outcome, any Error> {
    do {
      return .success(try body())
    } catch let error as FileError where error.isOutOfSpace {
      throw error
    } catch let error as HDF5Error where error.isOutOfSpace {
      throw error
    } catch {
      return .failure(error)
    }
  }

  private func report(
    _ outcome: Result<CaseIngest.Outcome, any Error>, _ item: CaseQueue.Item, seconds: Double
  ) -> CaseReport {
    var report = CaseReport(
      caseIdentifier: item.raw.identifier, outcome: .prepared, rawBytes: item.bytes, seconds: seconds)
    switch outcome {
    case .success(.prepared): break
    case .success(.excluded(let reason)):
      report.outcome = .excluded
      report.reason = reason
    case .failure(let error):
      report.outcome = .failed
      report.reason = reason("\(error)", of: item.raw)
    }
    return report
  }

  /// An error's text without what the reader knows: the case's own name, and where its files lie (on which the manifest
  /// must not depend).
  private func reason(_ text: String, of item: RawCase) -> String {
    let output = prepared.hasSuffix("/") ? prepared : prepared + "/"
    let files = (item.images + [item.label].compactMap { $0 }).map { (path: $0, name: Self.lastName($0)) }
    let known = files + [(item.identifier, ""), (output + Manifest.Case.file(item.identifier), "its prepared file")]
    for (path, name) in known where text.hasPrefix(path + ": ") {
      return (name.isEmpty ? "" : name + ": ") + text.dropFirst(path.count + 2)
    }
    return text
  }

  private static func lastName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  private func collect(
    _ preview: Preview, _ queue: CaseQueue, _ results: Results, _ earlier: Manifest?
  ) -> Manifest {
    var manifest = Manifest(
      name: plan.config.name, channels: plan.config.dataset.channels,
      classes: plan.config.dataset.labels.names,
      ingestDigest: plan.ingestDigest, foldsDigest: plan.foldsDigest)
    let touched = Set(results.reports.map(\.caseIdentifier) + preview.excluded.map(\.caseIdentifier))
    // A run over some cases keeps what an earlier run with the same plan made of the others.
    if let earlier, only != nil {
      manifest.cases = earlier.cases.filter {
        !touched.contains($0.caseIdentifier) && Folder.isFile(prepared + "/" + $0.file)
      }
      manifest.excluded = earlier.excluded.filter { !touched.contains($0.caseIdentifier) }
      manifest.failed = earlier.failed.filter { !touched.contains($0.caseIdentifier) }
    }
    manifest.cases += results.prepared
    manifest.excluded += preview.excluded
    for report in results.reports {
      let absent = Manifest.Absent(caseIdentifier: report.caseIdentifier, reason: report.reason ?? "")
      if report.outcome == .excluded { manifest.excluded.append(absent) }
      if report.outcome == .failed { manifest.failed.append(absent) }
    }
    manifest.cases.sort { $0.caseIdentifier < $1.caseIdentifier }
    manifest.excluded.sort { $0.caseIdentifier < $1.caseIdentifier }
    manifest.failed.sort { $0.caseIdentifier < $1.caseIdentifier }
    return manifest
  }

  private func assignFolds(_ manifest: inout Manifest) {
    let labelled = manifest.cases.filter(\.isLabelled).map(\.caseIdentifier)
    let folds = plan.config.folds
    let splits = KFold(count: folds.count, seed: folds.seed).splits(labelled)
    manifest.folds = splits.folds.count
    manifest.warnings += [splits.warning].compactMap { $0 }
    let assignments = splits.assignments ?? [:]
    for index in manifest.cases.indices {
      manifest.cases[index].fold = assignments[manifest.cases[index].caseIdentifier]
    }
  }
}

/// Cases in the order in which they are begun: the largest first, so that no thread is left alone with one at the end.
private struct CaseQueue {
  struct Item: Sendable {
    var raw: RawCase
    /// Bytes of the raw files, compressed as they are: what progress is weighted by.
    var bytes: Int
  }

  let items: [Item]

  init(_ cases: [RawCase]) {
    let sized = cases.map { raw in
      let files = raw.images + [raw.label].compactMap { $0 }
      return Item(raw: raw, bytes: files.reduce(0) { $0 + ((try? OpenFile(reading: $1).length()) ?? 0) })
    }
    items = sized.sorted { ($1.bytes, $0.raw.identifier) < ($0.bytes, $1.raw.identifier) }
  }
}

/// Results by index, set from any thread.
private final class Results: @unchecked Sendable {
  private let lock = NSLock()
  private var outcomes: [Result<CaseIngest.Outcome, any Error>?]
  private var byIndex: [CaseReport?]

  init(count: Int) {
    outcomes = Array(repeating: nil, count: count)
    byIndex = Array(repeating: nil, count: count)
  }

  func set(_ index: Int, _ outcome: Result<CaseIngest.Outcome, any Error>, _ report: CaseReport) {
    lock.withLock {
      outcomes[index] = outcome
      byIndex[index] = report
    }
  }

  var reports: [CaseReport] { lock.withLock { byIndex.compactMap { $0 } } }

  var prepared: [Manifest.Case] {
    lock.withLock {
      outcomes.compactMap { outcome in
        if case .success(.prepared(let prepared))? = outcome { prepared } else { nil }
      }
    }
  }
}
