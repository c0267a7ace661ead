import Datasets
import Files
import Foundation
import Parallelism
import Prepared
import Preprocessing

/// Is told what a run does while it does it; called from any thread.
public protocol IngestObserver: Sendable {
  func began(cases: Int, rawBytes: Int)
  func entered(stage: String, caseIdentifier: String)
  func finished(_ report: CaseReport)
  /// Something that the user should know before the run goes on.
  func warned(_ line: String)
}

extension IngestObserver {
  /// Says nothing.
  public func warned(_ line: String) {}
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
  /// Whether cases are made anew although nothing they depend on has changed.
  public var redo = false
  /// Whether cases that the raw folder no longer has are dropped.
  public var prune = false
  /// Bytes that the cases worked on at one time may take together; nil is 70 % of what is free when the run begins.
  public var memory: Int?
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
    /// Identifiers of all cases that the raw folder holds.
    public var known: Set<String>
    /// What the user should know about the data set as a whole.
    public var notes: [String]
    /// What the data set's tables say about each of its cases, by identifier.
    public var attributes: [String: [String: String]]
  }

  /// Looks at the raw folder and applies the rules that need no voxels.
  /// - Throws: `DatasetError`, and `IngestError` for cases that do not exist or if none is left.
  public func preview() throws -> Preview { try preview(only: only) }

  private func preview(only: [String]?) throws -> Preview {
    let dataset = plan.config.dataset
    if let found = Folder.obstacle(at: raw) { throw IngestError.rawNotAFolder(path: raw, found: found) }
    let discovery = try dataset.discover(raw)
    let found = discovery.cases
    var wanted = found
    if let only {
      try IngestError.check(only, among: found.map(\.identifier))
      wanted = found.filter { only.contains($0.identifier) }
    }
    var preview = Preview(
      toPrepare: [], excluded: [], known: Set(found.map(\.identifier)), notes: discovery.notes,
      attributes: Dictionary(found.map { ($0.identifier, $0.attributes) }) { first, _ in first })
    let search = LabelSearch(labels: dataset.labels)
    for item in wanted {
      if let reason = dataset.exclude.reason(for: item.identifier, classCounts: nil) {
        preview.excluded.append(.init(caseIdentifier: item.identifier, reason: reason))
        continue
      }
      let item = search.completed(item)
      if item.label == nil && item.problems.isEmpty && dataset.unlabelled == .exclude {
        preview.excluded.append(.init(caseIdentifier: item.identifier, reason: "no label"))
      } else {
        preview.toPrepare.append(item)
      }
    }
    guard !preview.toPrepare.isEmpty else {
      throw IngestError.everyCaseLeftOut(raw: raw, excluded: preview.excluded.count)
    }
    return preview
  }

  /// Threads for `jobs`: no more than four per core, beyond which they only stand in each other's way.
  static func threads(_ jobs: Int) -> Int { min(jobs, max(8, 4 * ProcessInfo.processInfo.activeProcessorCount)) }

  /// Prepares the cases that are not prepared yet or whose raw files have changed. One that fails is reported and the
  /// others go on; a run that was stopped, however hard, is continued by the next.
  /// - Throws: what ends the whole run: `DatasetError`, `FoldsError`, `IngestError`, `ManifestError`, `FileError`.
  public func run(observer: any IngestObserver) throws -> IngestReport {
    do {
      return try prepare(observer)
    } catch let error as FileError where error.isOutOfSpace {
      throw IngestError.diskFull(DiskForecast(Workload(), cases: 1, plan: plan, folder: prepared), cases: 0)
    }
  }

  private func prepare(_ observer: any IngestObserver) throws -> IngestReport {
    let started = Date()
    let preview = try preview()
    try IngestError.check(output: prepared, outside: raw)
    let earlier = try OutputFolder.earlierManifest(in: prepared, ingestDigest: plan.ingestDigest)
    if prune, let earlier, !earlier.cases.isEmpty,
      earlier.cases.allSatisfy({ !preview.known.contains($0.caseIdentifier) })
    {
      throw IngestError.nothingLeftToKeep(raw: raw, prepared: earlier.cases.count)
    }
    try FoldAssignment.check(preview, plan)
    let output = try OutputFolder(path: prepared, for: .prepared)
    CasePreviews.remove(below: output.path)
    let recorded = RawInputs(folder: output.path)
    let workers = Workers(count: Self.threads(jobs))
    defer { workers.stop() }

    let reuse = CaseReuse(plan: plan, folder: output.path, recorded: recorded, earlier: earlier)
    // Numbers over the data set are of all its cases, whichever of them this run prepares.
    let stages = try DatasetStages(plan: plan, reuse: reuse, workers: workers, observer: observer)
      .resolve { try self.preview(only: nil).toPrepare }
    let queue = CaseQueue(preview.toPrepare)
    let results = IngestResults(queue)
    try workers.forEach(queue.items.count, helping: true) { index in
      let raw = queue.items[index].raw
      results.set(index, verdict: reuse.verdict(on: raw, stages: stages, redo: redo)) { reason("\($0)", of: raw) }
    }

    let (places, refused) = (results.making, results.refused)
    let untouched = UntouchedCases(self, preview, earlier: earlier)
    try FoldAssignment.check(
      making: places.map { queue.items[$0].raw },
      staying: results.present + results.standing + untouched.staying, preview, plan)
    // From here on files change; a manifest never vouches for a case that is being made anew, whenever the run ends.
    try earlier?.without(places.map { queue.items[$0].raw.identifier }).write(folder: output.path, flush: sync)
    observer.began(
      cases: places.count + refused.count,
      rawBytes: places.reduce(0) { $0 + queue.items[$1].bytes } + refused.reduce(0) { $0 + $1.rawBytes })
    for report in refused { observer.finished(report) }
    let caseIngest = CaseIngest(plan: plan, stages: stages, workers: workers)
    let making = try CaseMaking(
      ingest: self, caseIngest: caseIngest, queue: queue, results: results, observer: observer
    )
    .run(places, into: output.path)

    let ending = try IngestEnding(
      ingest: self, preview: preview, earlier: earlier, untouched: untouched, results: results, stages: stages)
    var manifest = ending.manifest
    manifest.warnings += reuse.warnings(
      untouched: untouched.staying, standing: results.standing, stages: stages)
    try AtomicFile.write(
      try CanonicalJSON.text(DatasetFingerprint(of: manifest, folder: output.path)),
      to: output.path + "/dataset_fingerprint.json", flush: sync)
    try manifest.write(folder: output.path, flush: sync)
    // Not before: the manifest names nothing that is not there, whenever the run ends.
    for identifier in ending.removable { output.remove(identifier) }
    try AtomicFile.write(plan.json.prettyText, to: output.path + "/plan.json", flush: sync)
    let report = IngestReport(
      cases: results.reports, manifest: manifest, gone: untouched.gone, moved: ending.moved,
      seconds: Date().timeIntervalSince(started))
    let runReport = RunReport(
      report, started: started, jobs: jobs, synchronized: sync, making: making ?? Making.last(in: output.path),
      inputs: recorded.inputs.merging(results.inputs) { $1 },
      leftOut: (recorded.leftOut ?? [:]).merging(results.leftOut(ingestDigest: plan.ingestDigest)) { $1 })
    try AtomicFile.write(try CanonicalJSON.text(runReport), to: output.path + "/run_report.json", flush: false)
    return report
  }

  /// An error's text without what the reader knows: the case's own name, and where its files lie (on which the manifest
  /// must not depend).
  func reason(_ text: String, of item: RawCase) -> String {
    let output = prepared.hasSuffix("/") ? prepared : prepared + "/"
    let files = item.filesOnDisk.map { (path: $0.path, name: Folder.lastName(of: $0.path)) }
    let known =
      files + [
        (item.identifier, ""), (output + Manifest.Case.file(item.identifier), "its prepared file"),
        (output + CasePreviews.folder(item.identifier), "its previews"),
      ]
    for (path, name) in known where text.hasPrefix(path + ": ") {
      // Several problems are one text, and each begins with the case's name.
      let rest = text.dropFirst(path.count + 2).replacingOccurrences(of: "; \(item.identifier): ", with: "; ")
      return (name.isEmpty ? "" : name + ": ") + rest
    }
    return text
  }
}
