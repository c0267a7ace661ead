import Datasets
import Files
import Prepared
import Preprocessing

/// Decides whether a prepared case is still what its raw files and the plan would give.
struct CaseReuse {
  let plan: Plan
  /// The plan's stages, means over the data set filled in.
  let stages: [Stage]
  let folder: String
  let recorded: RawInputs
  /// The manifest of the last run that came to its end.
  let earlier: Manifest?

  enum Verdict {
    /// Nothing to do: the entry for the manifest, and the raw files as they are.
    case keep(Manifest.Case, [String: HashedFile])
    /// The case must be made; the cause is nil where it never was.
    case make(cause: String?)
  }

  /// - Throws: `FileError` where a raw file cannot be read.
  func verdict(on raw: RawCase) throws -> Verdict {
    let path = folder + "/" + Manifest.Case.file(raw.identifier)
    guard raw.problems.isEmpty, Folder.isFile(path) else { return .make(cause: nil) }
    guard let prepared = try? CaseFileReader(path: path) else { return .make(cause: "its prepared file is damaged") }
    guard prepared.ingestDigest == plan.ingestDigest else { return .make(cause: "the pipeline changed") }
    guard statesSameMeans(prepared.decisions) else { return .make(cause: "the data set's mean changed") }
    let sources = prepared.source.images + [prepared.source.label].compactMap { $0 }
    guard sources.map(\.name) == raw.files.map(RawInputs.name) else {
      let isLabelGone = raw.label == nil && prepared.source.label != nil
      return .make(cause: isLabelGone ? "its label is gone" : "its files are others")
    }
    var inputs: [String: HashedFile] = [:]
    for (source, path) in zip(sources, raw.files) {
      let now = try recorded.hashed(path)
      guard now.sha256 == source.sha256 else { return .make(cause: "\(Folder.lastName(of: path)) changed") }
      inputs[source.name] = now
    }
    let file = try recorded.hashed(path)
    guard let entry = entry(of: raw, prepared, file) else { return .make(cause: "its prepared file is damaged") }
    inputs[RawInputs.name(path)] = file
    return .keep(entry, inputs)
  }

  /// The manifest's entry; nil where the file is not the one that the last manifest speaks of.
  private func entry(of raw: RawCase, _ prepared: CaseFileReader, _ file: HashedFile) -> Manifest.Case? {
    let warnings = plan.warnings(about: prepared.statistics, of: raw, prepared.source)
    if let known = earlier?.cases.first(where: { $0.caseIdentifier == prepared.caseIdentifier }) {
      guard known.sha256 == file.sha256 else { return nil }
      var entry = known
      entry.warnings = warnings
      return entry
    }
    // A run was stopped before it could write a manifest: the file was renamed whole, so it is whole.
    let written = CaseFileWriter.Written(bytes: file.stamp.bytes, sha256: file.sha256)
    return Manifest.Case(prepared, written: written, warnings: warnings)
  }

  /// Whether a case was scaled by the same means over the data set as it would be now.
  private func statesSameMeans(_ decisions: [StageRecord]) -> Bool {
    let records = decisions.filter { $0.stage == .zscore }
    let zscores = zip(plan.config.preprocess, stages).filter { $0.0.name == .zscore }
    return zip(zscores, records).allSatisfy { stage, record in
      guard stage.0 == .zscore(.dataset), case .zscore(.constants(let normals)) = stage.1 else { return true }
      return record.mean == normals.map(\.mean) && record.std == normals.map(\.std)
    }
  }
}
