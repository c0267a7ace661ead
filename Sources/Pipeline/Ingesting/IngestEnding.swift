import Prepared
import Preprocessing

/// What a run leaves behind: the manifest, and what of an earlier run goes.
struct IngestEnding {
  let manifest: Manifest
  /// Cases that validate in another fold than before.
  let moved: [String]
  /// Cases of which nothing that an earlier run made may stay.
  let removable: [String]

  /// - Parameter stages: with numbers in the place of `over: dataset`, and without those that are fold_safe.
  init(
    ingest: Ingest, preview: Ingest.Preview, earlier: Manifest?, untouched: UntouchedCases, results: IngestResults,
    stages: [Stage]
  ) throws {
    let plan = ingest.plan
    var manifest = Manifest(
      name: plan.config.name, channels: plan.config.dataset.channels, classes: plan.config.dataset.labels.names,
      ingestDigest: plan.ingestDigest, foldsDigest: plan.foldsDigest)
    let reports = results.reports
    // What was prepared of raw files that are missing or cannot be read is as good as it was.
    manifest.cases = results.present + untouched.staying + results.standing
    manifest.excluded = preview.excluded + Self.absent(reports, .excluded)
    manifest.failed = Self.absent(reports, .failed)
    let absent = (manifest.excluded + manifest.failed).map(\.caseIdentifier)
    // A run over some cases knows nothing new of the others.
    manifest.excluded += untouched.excluded
    manifest.failed += untouched.failed
    manifest.cases.sort { $0.caseIdentifier < $1.caseIdentifier }
    manifest.excluded.sort { $0.caseIdentifier < $1.caseIdentifier }
    manifest.failed.sort { $0.caseIdentifier < $1.caseIdentifier }
    for (index, entry) in manifest.cases.enumerated() {
      guard let attributes = preview.attributes[entry.caseIdentifier] else { continue }
      manifest.cases[index].attributes = attributes.isEmpty ? nil : attributes
    }
    try FoldAssignment(plan: plan, earlier: earlier).assign(&manifest)
    manifest.datasetNumbers = DatasetNumbers(of: plan.config.preprocess, resolved: stages)
    manifest.deferredMaps = try DeferredMaps(plan.config.preprocess, of: manifest, folder: ingest.prepared)
    manifest.warnings += try preview.notes + TwinCheck(folder: ingest.prepared).warnings(manifest.cases)
    self.manifest = manifest
    let before = Dictionary((earlier?.cases ?? []).map { ($0.caseIdentifier, $0.fold) }) { first, _ in first }
    moved = manifest.cases.filter { entry in
      if case let fold?? = before[entry.caseIdentifier] { fold != entry.fold } else { false }
    }.map(\.caseIdentifier)
    let staying = Set(manifest.cases.map(\.caseIdentifier))
    removable = absent.filter { !staying.contains($0) } + untouched.dropped
  }

  private static func absent(_ reports: [CaseReport], _ outcome: CaseReport.Outcome) -> [Manifest.Absent] {
    reports.filter { $0.outcome == outcome }.map {
      Manifest.Absent(caseIdentifier: $0.caseIdentifier, reason: $0.reason ?? "")
    }
  }
}
