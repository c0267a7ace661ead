import Datasets
import Prepared

/// Gives each labelled case of a manifest its fold.
struct FoldAssignment {
  let plan: Plan
  /// The manifest that the folder had before; its folds are kept where the pipeline says so.
  let earlier: Manifest?

  /// Looks for cases that the file of the folds lacks before any of them is made, and before anything is read.
  static func check(_ preview: Ingest.Preview, _ plan: Plan) throws {
    try check(making: preview.toPrepare.filter(\.problems.isEmpty), plan)
  }

  /// The same once it is known what becomes of each case: one that cannot be made, or is not looked at, may stay as it
  /// was, and needs its fold too.
  static func check(making: [RawCase], staying: [Manifest.Case], _ preview: Ingest.Preview, _ plan: Plan) throws {
    do {
      try check(
        making: making,
        staying: staying.map { entry in
          var entry = entry
          entry.attributes = preview.attributes[entry.caseIdentifier] ?? entry.attributes
          return entry
        }, plan)
    } catch var error as FoldsError {
      error.advice +=
        "; a prepared case counts though its raw files were not read or are gone: --prune drops it where they are gone"
      throw error
    }
  }

  /// What a case's voxels leave out (`class_absent`) needs no fold and is not known before the case is made, so that
  /// with such a rule only `assign` can tell of these.
  private static func check(making: [RawCase], staying: [Manifest.Case] = [], _ plan: Plan) throws {
    let isKnown = plan.config.dataset.exclude.allSatisfy {
      if case .cases = $0.condition { true } else { false }
    }
    let staying = staying.filter(\.isLabelled)
    let wanted = making.filter { $0.label != nil }
    let sure = isKnown ? wanted : []
    if case .stratified(.attribute(let name)) = plan.config.folds.scheme {
      let made = wanted.allSatisfy { $0.attributes[name] == nil } ? wanted : sure
      _ = try categories(
        name,
        of: made.map { ($0.identifier, $0.attributes[name]) }
          + staying.map { ($0.caseIdentifier, $0.attributes?[name]) })
    }
    let labelled = sure.map(\.identifier) + staying.map(\.caseIdentifier)
    switch plan.foldsFile?.content {
    case .groups(let table): _ = try table.groups(of: labelled)
    case .splits(let file): _ = try file.splits(labelled)
    case nil: break
    }
  }

  func assign(_ manifest: inout Manifest) throws {
    let (splits, warnings) = try splits(manifest.cases.filter(\.isLabelled))
    manifest.folds = splits.folds.count
    manifest.warnings += [splits.warning].compactMap { $0 } + warnings
    let empty = splits.folds.indices.filter { splits.folds[$0].validation.isEmpty }
    if !empty.isEmpty {
      let names = empty.map(String.init).joined(separator: ", ")
      manifest.warnings.append("folds: no case is in fold \(names): nothing is validated on there")
    }
    let assignments = splits.assignments ?? [:]
    for index in manifest.cases.indices {
      manifest.cases[index].fold = assignments[manifest.cases[index].caseIdentifier]
    }
  }

  private func splits(_ cases: [Manifest.Case]) throws -> (splits: Splits, warnings: [String]) {
    let folds = plan.config.folds
    let names = cases.map(\.caseIdentifier)
    switch (folds.scheme, plan.foldsFile?.content) {
    case (.kfold(let keep), _):
      let fold = KFold(count: folds.count, seed: folds.seed)
      return (keep ? fold.splits(names, keeping: earlier?.assignments ?? [:]) : fold.splits(names), [])
    case (.stratified(.attribute(let name)), _):
      let categories = try Self.categories(name, of: cases.map { ($0.caseIdentifier, $0.attributes?[name]) })
      return (CategoryFolds(count: folds.count, seed: folds.seed).splits(categories), [])
    case (.stratified(.volume(let label, _)), _):
      let volumes = cases.map { ($0.caseIdentifier, Self.millilitres(of: label, in: $0)) }
      let fold = StratifiedFolds(count: folds.count, seed: folds.seed)
      return (fold.splits(Dictionary(volumes) { first, _ in first }), [])
    case (.grouped, .groups(let table)):
      return (GroupedFolds(count: folds.count, seed: folds.seed).splits(try table.groups(of: names)), [])
    case (.file, .splits(let file)): return try file.splits(names)
    case (.grouped, _), (.file, _):
      throw FoldsError(
        plan.sourceFile, "the file of the folds was not read", found: "the plan without it",
        expected: "\(folds.scheme.file ?? "it"); read the plan from its pipeline file")
    }
  }

  /// The category of each case.
  /// - Throws: where a case has none.
  private static func categories(
    _ name: String, of cases: [(identifier: String, category: String?)]
  ) throws(FoldsError) -> [String: String] {
    let missing = cases.filter { $0.category == nil }.map(\.identifier)
    guard missing.isEmpty else {
      throw FoldsError(
        BraTS20Layout.gradeFile,
        missing.count == 1 ? "a labelled case has no \(name)" : "\(missing.count) labelled cases have no \(name)",
        found: "nothing on \(missing.joined(separator: ", "))",
        expected: "a line for each in \(BraTS20Layout.gradeFile), beside the cases' folders",
        advice: "add them, leave the cases out with `exclude`, or stratify by a class")
    }
    return Dictionary(cases.map { ($0.identifier, $0.category ?? "") }) { first, _ in first }
  }

  /// The volume of a class in the raw label: no stage has cropped or resampled it.
  private static func millilitres(of label: LabelClass, in item: Manifest.Case) -> Double {
    guard let counts = item.statistics.rawClassVoxels, Int(label.value) < counts.count else { return 0 }
    return Double(counts[Int(label.value)]) * item.source.spacingMm.reduce(1, *) / 1000
  }
}
