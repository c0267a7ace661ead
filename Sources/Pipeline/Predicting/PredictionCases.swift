import Datasets
import Files
import Foundation
import Prepared
import Preprocessing

/// Cases to predict: prepared ones, or raw ones that go through the pipeline's stages without their labels.
public struct PredictionCases: Sendable {
  enum Place: Sendable {
    case prepared(path: String, sha256: String)
    case raw(RawCase)
  }

  /// What prepares raw cases.
  struct RawRecipe {
    var plan: Plan
    /// With the model's numbers in the place of `over: dataset`.
    var stages: [Stage]
  }

  /// The cases' identifiers, in order.
  public let identifiers: [String]
  /// What to know before they are predicted, a line each.
  public private(set) var notes: [String] = []
  let places: [Place]
  /// Of raw cases.
  let recipe: RawRecipe?
  /// By channel, what is done to prepared values yet: fold_safe stages.
  let maps: [DeferredMaps.Map]?
  /// The folder of raw cases; nil for prepared ones, and for one image.
  private(set) var raw: String?

  /// Finds the cases; no voxel is read.
  /// - Parameters:
  ///   - path: a folder of prepared cases, one prepared case, a raw data set, or the image of a case of one channel.
  ///   - plan: of raw cases.
  ///   - only: only these cases.
  ///   - fold: only prepared cases that it validates on.
  /// - Throws: `PredictionError`, `EvaluationError` for a fold that is not there, `IngestError`, and what reading folders
  ///   throws.
  public init(
    path: String, plan: Plan?, model: PredictionModel, only: [String]? = nil, fold: Int? = nil
  ) throws {
    if !Folder.isFile(path), let obstacle = Folder.obstacle(at: path) {
      throw PredictionError.nothing(path: path, found: obstacle)
    }
    if path.hasSuffix(".h5"), Folder.isFile(path) {
      let (folder, manifest, item) = try Self.home(ofCase: path)
      if let only { try IngestError.check(only, among: [item.caseIdentifier]) }
      self = try Self.prepared(folder, manifest, model, [item.caseIdentifier], fold)
      return
    }
    if let manifest = try Manifest.read(prepared: path) {
      self = try Self.prepared(path, manifest, model, only, fold)
      return
    }
    if fold != nil { throw EvaluationError.foldWithoutManifest(truth: path) }
    guard let plan else { throw PredictionError.noPipeline(path: path) }
    self = try Self.raw(path, plan, model, only)
  }

  /// The folder of prepared cases that a case file lies in: the file alone does not say all that has to be known of it.
  private static func home(ofCase path: String) throws -> (folder: String, Manifest, Manifest.Case) {
    let file = Folder.resolved(path)
    let folder = file.split(separator: "/").dropLast(2).map { "/" + $0 }.joined()
    guard let manifest = try Manifest.read(prepared: folder),
      let item = manifest.cases.first(where: { Folder.join(folder, $0.file) == file })
    else { throw PredictionError.alone(path: path) }
    return (folder, manifest, item)
  }

  private init(identifiers: [String], places: [Place], recipe: RawRecipe?, maps: [DeferredMaps.Map]?) {
    (self.identifiers, self.places, self.recipe, self.maps) = (identifiers, places, recipe, maps)
  }

  private static func prepared(
    _ path: String, _ manifest: Manifest, _ model: PredictionModel, _ only: [String]?, _ fold: Int?
  ) throws -> PredictionCases {
    try model.hold(path, manifest)
    let plan = FileManager.default.contents(atPath: Folder.join(path, "plan.json")).flatMap {
      try? JSONDecoder().decode(Plan.self, from: $0)
    }
    if let plan { try refuseLabelStages(plan, source: path) }
    if let fold, !(0..<manifest.folds).contains(fold) {
      throw EvaluationError.noFold(fold, folds: manifest.folds, truth: path)
    }
    let ofFold = manifest.cases.filter { fold == nil || $0.fold == fold }
    let cases = try chosen(ofFold, path, only) { $0.caseIdentifier }
    guard !cases.isEmpty else { throw PredictionError.noCases(path: path) }
    if let plan { try model.hold(path, cases, plan.config.preprocess) }
    var found = PredictionCases(
      identifiers: cases.map(\.caseIdentifier),
      places: cases.map { .prepared(path: Folder.join(path, $0.file), sha256: $0.sha256) }, recipe: nil,
      maps: model.maps(manifest))
    let known = model.leak(cases.map { ($0.caseIdentifier, $0.sha256, $0.fold) })
    found.notes = [model.doubt(path), known].compactMap { $0 }
    return found
  }

  private static func raw(
    _ path: String, _ plan: Plan, _ model: PredictionModel, _ only: [String]?
  ) throws -> PredictionCases {
    let dataset = plan.config.dataset
    try model.hold(plan.sourceFile, channels: dataset.channels, classes: dataset.labels.names)
    try refuseLabelStages(plan, source: plan.sourceFile)
    let (stages, maps) = try model.stages(plan.config.preprocess, plan.sourceFile)
    var found: [RawCase]
    if Folder.isFile(path) {
      guard dataset.channels.count == 1 else {
        throw PredictionError.oneFileOfSeveral(path: path, channels: dataset.channels)
      }
      found = [RawCase(identifier: SegmentationSet.identifier(ofFile: path), images: [RawFile(path)], label: nil)]
    } else {
      found = try dataset.discover(path).cases
      found.removeAll { dataset.exclude.reason(for: $0.identifier, classCounts: nil) != nil }
    }
    let cases = try chosen(found, path, only) { $0.identifier }
    guard !cases.isEmpty else { throw PredictionError.noCases(path: path) }
    var chosen = PredictionCases(
      identifiers: cases.map(\.identifier),
      places: cases.map { .raw($0.withoutLabel) }, recipe: RawRecipe(plan: plan, stages: stages), maps: maps)
    if Folder.isFolder(path) { chosen.raw = path }
    chosen.notes = [model.leak(cases.map { ($0.identifier, nil, nil) })].compactMap { $0 }
    return chosen
  }

  private static func chosen<Item>(
    _ items: [Item], _ path: String, _ only: [String]?, _ identifier: (Item) -> String
  ) throws -> [Item] {
    guard let only else { return items }
    try IngestError.check(only, among: items.map(identifier))
    return items.filter { only.contains(identifier($0)) }
  }

  private static func refuseLabelStages(_ plan: Plan, source: String) throws(PredictionError) {
    for (index, stage) in plan.config.preprocess.enumerated() where stage.needsLabel {
      throw .needsLabel(source: source, place: index + 1, stage.name)
    }
  }
}

extension Manifest {
  /// The manifest of a folder of prepared cases; nil for anything else.
  static func read(prepared path: String) throws -> Manifest? {
    guard Folder.isFolder(path), let head = try ManifestHead.read(folder: path), head.format == format else {
      return nil
    }
    return try required(folder: path)
  }
}
