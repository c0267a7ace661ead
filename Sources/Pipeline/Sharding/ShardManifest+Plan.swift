import Prepared
import Shards

extension ShardManifest {
  /// The manifest of files that were cut by a plan.
  init(_ plan: Plan, _ source: PreparedFolder, _ sets: [PlannedSet], files: [File]) {
    self.init(
      name: plan.config.name, channels: plan.config.dataset.channels, classes: plan.config.dataset.labels.names,
      ingestDigest: plan.ingestDigest, foldsDigest: plan.foldsDigest, shardsDigest: plan.shardsDigest ?? "",
      folds: source.folds)
    cases = source.labelled.map {
      Case(caseIdentifier: $0.caseIdentifier, fold: $0.fold, preparedSha256: $0.sha256)
    }
    self.files = files.sorted { $0.file.utf8.lexicographicallyPrecedes($1.file.utf8) }
    self.sets = sets.map { planned in
      var set = PatchSet(planned)
      set.count(self.files)
      return set
    }
    (datasetNumbers, deferredMaps) = (source.datasetNumbers, source.deferredMaps)
    warnings = source.warnings + sets.flatMap { $0.warnings(source) }
  }
}

extension ShardManifest.PatchSet {
  fileprivate init(_ planned: PlannedSet) {
    let set = planned.set
    switch set.sampling {
    case .random(let random):
      self.init(set: set.name, sampling: PatchesReader.Sampling.random.rawValue, layout: planned.layout)
      perCase = random.perCase
      foreground = random.foreground
      seed = Int(random.seed)
    case .grid(let overlap):
      self.init(set: set.name, sampling: PatchesReader.Sampling.grid.rawValue, layout: planned.layout)
      self.overlap = [overlap.z, overlap.y, overlap.x]
    }
    skipBlank = set.skipsBlank
    if set.variants > 0 { variants = set.variants }
  }
}

extension PreparedFolder {
  /// What to know about the cases as a whole, a line each.
  fileprivate var warnings: [String] {
    guard !strays.isEmpty else { return [] }
    return [
      "\(Quantity.counted(strays.count, "case")) (\(Self.names(strays))) of \(labelled.count): scaled by other numbers over the "
        + "data set than the others; run `segprep ingest` without --cases, and shard again"
    ]
  }

  /// The first few.
  fileprivate static func names(_ identifiers: [String]) -> String {
    identifiers.prefix(5).joined(separator: ", ") + (identifiers.count > 5 ? " and others" : "")
  }
}

extension PlannedSet {
  /// What to know about the set, a line each.
  fileprivate func warnings(_ source: PreparedFolder) -> [String] {
    guard set.needsForeground else { return [] }
    let without = Set(source.labelled.filter { !$0.hasForeground }.map(\.caseIdentifier))
    guard !without.isEmpty else { return [] }
    let fate = set.skipsBlank ? "they have no patch" : "all of their patches lie anywhere"
    let names = PreparedFolder.names(without.sorted())
    return ["patch set \(set.name): \(Quantity.counted(without.count, "case")) without foreground (\(names)): \(fate)"]
  }
}
