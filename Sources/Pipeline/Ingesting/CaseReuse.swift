import Datasets
import Files
import Prepared
import Preprocessing

/// Decides whether a prepared case is still what its raw files and the plan would give.
struct CaseReuse {
  let plan: Plan
  let folder: String
  let recorded: RawInputs
  /// The manifest of the last run that came to its end.
  let earlier: Manifest?

  enum Verdict {
    /// Nothing to do: the entry for the manifest, and the raw files as they are.
    case keep(Manifest.Case, [String: HashedFile])
    /// Nothing to do: its voxels left the case out, and are the same.
    case leaveOut(reason: String, [String: HashedFile])
    /// The case must be made; the cause is nil where it never was.
    case make(cause: String?)
  }

  /// A case as its prepared file says it was, as long as its raw files and the pipeline are the same.
  private enum Look {
    case upToDate(CaseFileReader, raw: [String: HashedFile])
    case make(cause: String?)
  }

  /// The prepared file of a case that need not be made anew, as far as the case itself is concerned.
  func upToDate(_ raw: RawCase) -> CaseFileReader? {
    guard case .upToDate(let prepared, _)? = try? look(at: raw),
      let file = try? recorded.hashed(RawFile(prepared.path)),
      entry(of: raw, prepared, file) != nil
    else { return nil }
    return prepared
  }

  /// Whether the case's voxels left it out, and are the same.
  func isLeftOut(_ raw: RawCase) -> Bool {
    (try? recorded.reasonToLeaveOut(raw, ingestDigest: plan.ingestDigest)) != nil
  }

  /// - Parameter stages: the plan's, numbers over the data set filled in; nil where they are not known yet.
  /// - Throws: `FileError` where a raw file cannot be read.
  func verdict(on raw: RawCase, stages: [Stage]?) throws -> Verdict {
    if let (reason, inputs) = try recorded.reasonToLeaveOut(raw, ingestDigest: plan.ingestDigest) {
      return .leaveOut(reason: reason, inputs)
    }
    switch try look(at: raw) {
    case .make(let cause): return .make(cause: cause)
    case .upToDate(let prepared, var inputs):
      if let stages, !statesNumbers(of: stages, prepared.decisions) {
        return .make(cause: "the data set's intensities changed")
      }
      let file = try recorded.hashed(RawFile(prepared.path))
      guard let entry = entry(of: raw, prepared, file) else { return .make(cause: "its prepared file is damaged") }
      inputs[RawFile(prepared.path).name] = file
      return .keep(entry, inputs)
    }
  }

  /// What to know about cases that a run leaves unlooked at: some may have been prepared by numbers over the data set
  /// that are no longer those of the others.
  func warnings(onUntouched entries: [Manifest.Case], stages: [Stage]) -> [String] {
    let outOfStep = entries.filter { entry in
      (try? CaseFileReader(path: folder + "/" + entry.file)).map { !statesNumbers(of: stages, $0.decisions) } ?? false
    }
    guard !outOfStep.isEmpty else { return [] }
    let names = outOfStep.prefix(5).map(\.caseIdentifier).joined(separator: ", ")
    let more = outOfStep.count > 5 ? " and \(outOfStep.count - 5) more" : ""
    return [
      "\(names)\(more): prepared by earlier numbers over the data set, expected those of now; run `segprep ingest` "
        + "without --cases, and with --prune where raw files are gone"
    ]
  }

  private func look(at raw: RawCase) throws -> Look {
    let path = folder + "/" + Manifest.Case.file(raw.identifier)
    guard raw.problems.isEmpty, Folder.isFile(path) else { return .make(cause: nil) }
    guard let prepared = try? CaseFileReader(path: path) else { return .make(cause: "its prepared file is damaged") }
    guard prepared.ingestDigest == plan.ingestDigest else { return .make(cause: "the pipeline changed") }
    let named = prepared.source.images + [prepared.source.label].compactMap { $0 }
    let volumes = raw.images + [raw.label].compactMap { $0 }
    let sources = named.flatMap { file in
      [(file.name, file.sha256)] + [file.otherHalf].compactMap { $0.map { ($0.name, $0.sha256) } }
    }
    let files = volumes.flatMap { [$0] + [$0.otherHalf].compactMap { $0 } }
    guard sources.map(\.0) == files.map(\.name), named.map(\.volume) == volumes.map({ $0.volume?.index }) else {
      let isLabelGone = raw.label == nil && prepared.source.label != nil
      return .make(cause: isLabelGone ? "its label is gone" : "its files are others")
    }
    var inputs: [String: HashedFile] = [:]
    for (source, raw) in zip(sources, files) {
      let (name, sha256) = source
      let now = try inputs[name] ?? recorded.hashed(raw)
      guard now.sha256 == sha256 else { return .make(cause: "\(Folder.lastName(of: raw.path)) changed") }
      inputs[name] = now
    }
    // A run that makes a case anew is without its previews for a moment, and may end in it.
    guard CasePreviews.exist(of: raw.identifier, below: folder) else { return .make(cause: "its previews are gone") }
    return .upToDate(prepared, raw: inputs)
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

  /// Whether a case was prepared by the same numbers over the data set as it would be now.
  private func statesNumbers(of stages: [Stage], _ decisions: [StageRecord]) -> Bool {
    let asked = plan.config.preprocess
    return DatasetNumbers(of: asked, resolved: stages) == DatasetNumbers(of: asked, stated: decisions)
  }
}
