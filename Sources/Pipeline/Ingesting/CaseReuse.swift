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
    /// The case must be made; the cause is nil where it never was. Should that fail, the prepared case that is there
    /// stays: nil where there is none, or where its raw files are known to be others by now.
    case make(cause: String?, standing: Manifest.Case?)
    /// The case cannot be made: raw files are missing or cannot be read, which says nothing against what was prepared
    /// of them while they could be.
    case fail(any Error, standing: Manifest.Case?)
  }

  /// Why a case failed, as the user reads it.
  /// - Parameter standing: the prepared case that stays all the same; nil where there is none.
  static func failure(_ reason: String, standing: Manifest.Case?) -> String {
    standing == nil ? reason : reason + "; what was prepared of it earlier stays"
  }

  /// A case as its prepared file says it was, as long as its raw files and the pipeline are the same.
  private enum Look {
    case upToDate(CaseFileReader, raw: [String: HashedFile])
    case outOfDate(cause: String?)
  }

  /// - Parameters:
  ///   - stages: the plan's, numbers over the data set filled in; nil where they are not known yet.
  ///   - redo: whether the case is to be made though nothing has changed.
  func verdict(on raw: RawCase, stages: [Stage]?, redo: Bool) -> Verdict {
    guard raw.problems.isEmpty else {
      return .fail(CaseIngest.Refusal.problems(raw.problems), standing: standing(raw))
    }
    do {
      switch (redo, try verdict(on: raw, stages)) {
      case (true, .keep(let entry, _)): return .make(cause: nil, standing: entry)
      case (true, .make(_, let standing)): return .make(cause: nil, standing: standing)
      case (true, .leaveOut): return .make(cause: nil, standing: nil)
      case (_, let verdict): return verdict
      }
    } catch {
      return .fail(error, standing: standing(raw))
    }
  }

  /// - Throws: `FileError` where a raw file cannot be read.
  private func verdict(on raw: RawCase, _ stages: [Stage]?) throws -> Verdict {
    if let (reason, inputs) = try recorded.reasonToLeaveOut(raw, ingestDigest: plan.ingestDigest) {
      return .leaveOut(reason: reason, inputs)
    }
    switch try look(at: raw) {
    case .outOfDate(let cause): return .make(cause: cause, standing: nil)
    case .upToDate(let prepared, var inputs):
      guard let file = try? recorded.hashed(RawFile(prepared.path)), let entry = entry(of: raw, prepared, file) else {
        return .make(cause: "its prepared file is damaged", standing: nil)
      }
      if let stages, !statesNumbers(of: stages, prepared.decisions) {
        return .make(cause: "the data set's intensities changed", standing: entry)
      }
      // A run that makes a case anew is without its previews for a moment, and may end in it.
      guard CasePreviews.exist(of: raw.identifier, below: folder) else {
        return .make(cause: "its previews are gone", standing: entry)
      }
      inputs[RawFile(prepared.path).name] = file
      return .keep(entry, inputs)
    }
  }

  /// The prepared case of raw files that nothing can be said of: as the last manifest has it, or as its file says where
  /// a run was stopped before it could write one; nil where there is none that is whole and of this pipeline.
  private func standing(_ raw: RawCase) -> Manifest.Case? {
    let path = folder + "/" + Manifest.Case.file(raw.identifier)
    guard Folder.isFile(path), let prepared = try? CaseFileReader(path: path),
      prepared.ingestDigest == plan.ingestDigest, let file = try? recorded.hashed(RawFile(path)),
      var entry = entry(of: raw, prepared, file)
    else { return nil }
    if let known = known(raw.identifier) { entry.warnings = known.warnings }
    return entry
  }

  private func known(_ identifier: String) -> Manifest.Case? {
    earlier?.cases.first { $0.caseIdentifier == identifier }
  }

  /// What to know about cases that stay as they were: some may have been prepared by numbers over the data set that are
  /// no longer those of the others.
  /// - Parameters:
  ///   - untouched: cases that the run did not look at.
  ///   - standing: cases that failed.
  func warnings(untouched: [Manifest.Case], standing: [Manifest.Case], stages: [Stage]) -> [String] {
    let asked = plan.config.preprocess
    guard let numbers = DatasetNumbers(of: asked, resolved: stages) else { return [] }
    return [
      (untouched, "run `segprep ingest` without --cases, and with --prune where raw files are gone"),
      (standing, "mend what FAILED says of each, and run `segprep ingest` again"),
    ].compactMap { entries, advice in
      let outOfStep = entries.filter { entry in
        do { return try entry.datasetNumbers(of: asked, in: folder) != numbers } catch { return false }
      }
      guard !outOfStep.isEmpty else { return nil }
      let names = outOfStep.prefix(5).map(\.caseIdentifier).joined(separator: ", ")
      let more = outOfStep.count > 5 ? " and \(outOfStep.count - 5) more" : ""
      return "\(names)\(more): prepared by earlier numbers over the data set, expected those of now; \(advice)"
    }
  }

  private func look(at raw: RawCase) throws -> Look {
    let path = folder + "/" + Manifest.Case.file(raw.identifier)
    guard raw.problems.isEmpty, Folder.isFile(path) else { return .outOfDate(cause: nil) }
    guard let prepared = try? CaseFileReader(path: path) else {
      return .outOfDate(cause: "its prepared file is damaged")
    }
    guard prepared.ingestDigest == plan.ingestDigest else { return .outOfDate(cause: "the pipeline changed") }
    let named = prepared.source.images + [prepared.source.label].compactMap { $0 }
    let volumes = raw.images + [raw.label].compactMap { $0 }
    let sources = named.flatMap { file in
      [(file.name, file.sha256)] + [file.otherHalf].compactMap { $0.map { ($0.name, $0.sha256) } }
    }
    let files = volumes.flatMap { [$0] + [$0.otherHalf].compactMap { $0 } }
    guard sources.map(\.0) == files.map(\.name), named.map(\.volume) == volumes.map({ $0.volume?.index }) else {
      let isLabelGone = raw.label == nil && prepared.source.label != nil
      return .outOfDate(cause: isLabelGone ? "its label is gone" : "its files are others")
    }
    var inputs: [String: HashedFile] = [:]
    for (source, raw) in zip(sources, files) {
      let (name, sha256) = source
      let now = try inputs[name] ?? recorded.hashed(raw)
      guard now.sha256 == sha256 else { return .outOfDate(cause: "\(Folder.lastName(of: raw.path)) changed") }
      inputs[name] = now
    }
    return .upToDate(prepared, raw: inputs)
  }

  /// The manifest's entry; nil where the file is not the one that the last manifest speaks of.
  private func entry(of raw: RawCase, _ prepared: CaseFileReader, _ file: HashedFile) -> Manifest.Case? {
    let warnings = plan.warnings(about: prepared.statistics, of: raw, prepared.source)
    if let known = known(prepared.caseIdentifier) {
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
