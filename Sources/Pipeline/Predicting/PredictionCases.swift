import Datasets
import Files
import Foundation
import NIfTI
import Parallelism
import Prediction
import Prepared
import Preprocessing
import Volumes

/// A case as a network wants it, and the way back.
public struct PredictionCase {
  /// The prepared image.
  public var volume: Volume
  /// By channel, what stands outside the image: its smallest value, as in shards.
  public var fill: [Float]
  /// The raw image's grid.
  public var raw: RawGrid
}

/// Cases to predict: prepared ones, or raw ones that go through the pipeline's stages without their labels.
public struct PredictionCases: Sendable {
  private enum Place: Sendable {
    case prepared(String)
    case raw(RawCase)
  }

  /// What the cases must agree with.
  public struct Model: Sendable {
    /// Channels by number.
    public var channels: [String]
    /// Classes by number.
    public var classes: [String]
    /// The fold that it was validated on, whose fold_safe numbers it knows; nil for all cases.
    public var fold: Int?

    /// A model of these channels and classes.
    public init(channels: [String], classes: [String], fold: Int?) {
      self.channels = channels
      self.classes = classes
      self.fold = fold
    }
  }

  /// The cases' identifiers, in order.
  public let identifiers: [String]
  private let places: [Place]
  private let plan: Plan?
  private let maps: [DeferredMaps.Map]?

  /// Finds the cases; no voxel is read.
  /// - Parameters:
  ///   - path: a folder of prepared cases, one prepared case, a raw data set, or the image of a case of one channel.
  ///   - plan: of raw cases.
  ///   - only: only these cases.
  ///   - fold: only prepared cases that it validates on.
  /// - Throws: `PredictionError`, `EvaluationError` for a fold that is not there, `IngestError`, and what reading folders
  ///   throws.
  public init(
    path: String, plan: Plan?, model: Model, only: [String]? = nil, fold: Int? = nil
  ) throws {
    if let manifest = try Manifest.read(prepared: path) {
      self = try Self.prepared(path, manifest, model, only, fold)
      return
    }
    if fold != nil { throw EvaluationError.foldWithoutManifest(truth: path) }
    if path.hasSuffix(".h5") {
      let reader = try CaseFileReader(path: path)
      self.init(identifiers: [reader.caseIdentifier], places: [.prepared(path)], plan: nil, maps: nil)
      return
    }
    guard let plan else { throw PredictionError.noPipeline(path: path) }
    self = try Self.raw(path, plan, model, only)
  }

  private init(identifiers: [String], places: [Place], plan: Plan?, maps: [DeferredMaps.Map]?) {
    (self.identifiers, self.places, self.plan, self.maps) = (identifiers, places, plan, maps)
  }

  private static func prepared(
    _ path: String, _ manifest: Manifest, _ model: Model, _ only: [String]?, _ fold: Int?
  ) throws -> PredictionCases {
    try hold(path, "channels", manifest.channels, model.channels)
    try hold(path, "classes", manifest.classes, model.classes)
    if let data = FileManager.default.contents(atPath: Folder.join(path, "plan.json")),
      let plan = try? JSONDecoder().decode(Plan.self, from: data)
    {
      try refuseLabelStages(plan, source: path)
    }
    if let fold, !(0..<manifest.folds).contains(fold) {
      throw EvaluationError.noFold(fold, folds: manifest.folds, truth: path)
    }
    let cases = try chosen(manifest.cases, path, only) { $0.caseIdentifier }.filter { fold == nil || $0.fold == fold }
    guard !cases.isEmpty else { throw PredictionError.noCases(path: path) }
    let maps = manifest.deferredMaps.map { maps in
      model.fold.flatMap { maps.folds.indices.contains($0) ? maps.folds[$0] : nil } ?? maps.all
    }
    return PredictionCases(
      identifiers: cases.map(\.caseIdentifier), places: cases.map { .prepared(Folder.join(path, $0.file)) }, plan: nil,
      maps: maps)
  }

  private static func raw(
    _ path: String, _ plan: Plan, _ model: Model, _ only: [String]?
  ) throws -> PredictionCases {
    let dataset = plan.config.dataset
    try hold(plan.sourceFile, "channels", dataset.channels, model.channels)
    try hold(plan.sourceFile, "classes", dataset.labels.names, model.classes)
    try refuseLabelStages(plan, source: plan.sourceFile)
    for (index, stage) in plan.config.preprocess.enumerated() where stage.overDataset != nil {
      throw PredictionError.needsDataset(source: plan.sourceFile, place: index + 1, stage.name)
    }
    var found: [RawCase]
    if Folder.isFile(path) {
      guard dataset.channels.count == 1 else {
        throw PredictionError.oneFileOfSeveral(path: path, channels: dataset.channels)
      }
      found = [RawCase(identifier: SegmentationSet.identifier(ofFile: path), images: [RawFile(path)], label: nil)]
    } else {
      if let obstacle = Folder.obstacle(at: path) { throw IngestError.rawNotAFolder(path: path, found: obstacle) }
      found = try dataset.discover(path).cases
      found.removeAll { dataset.exclude.reason(for: $0.identifier, classCounts: nil) != nil }
    }
    let cases = try chosen(found, path, only) { $0.identifier }
    guard !cases.isEmpty else { throw PredictionError.noCases(path: path) }
    return PredictionCases(
      identifiers: cases.map(\.identifier),
      places: cases.map { item in
        var item = item
        (item.label, item.missingLabel) = (nil, nil)
        return .raw(item)
      }, plan: plan, maps: nil)
  }

  private static func chosen<Item>(
    _ items: [Item], _ path: String, _ only: [String]?, _ identifier: (Item) -> String
  ) throws -> [Item] {
    guard let only else { return items }
    try IngestError.check(only, among: items.map(identifier))
    return items.filter { only.contains(identifier($0)) }
  }

  private static func hold(
    _ source: String, _ what: String, _ found: [String], _ expected: [String]
  ) throws(PredictionError) {
    guard found == expected else {
      throw .otherModel(source: source, what: what, found: found, expected: expected)
    }
  }

  private static func refuseLabelStages(_ plan: Plan, source: String) throws(PredictionError) {
    for (index, stage) in plan.config.preprocess.enumerated() where stage.needsLabel {
      throw .needsLabel(source: source, place: index + 1, stage.name)
    }
  }

  /// Reads a case, and prepares it where it is raw.
  /// - Throws: what reading and preparing throw.
  public func load(_ index: Int, on workers: Workers) throws -> PredictionCase {
    switch places[index] {
    case .prepared(let path): try load(prepared: path)
    case .raw(let raw): try load(raw: raw, on: workers)
    }
  }

  private func load(prepared path: String) throws -> PredictionCase {
    let reader = try CaseFileReader(path: path)
    let volume = try reader.image()
    var fill = reader.statistics.channels.map { Float($0.minimum) }
    if let maps {
      for (channel, map) in maps.enumerated() {
        let values = volume.voxels.base + channel * volume.shape.count
        for voxel in 0..<volume.shape.count { values[voxel] = map(values[voxel]) }
        fill[channel] = map(fill[channel])
      }
    }
    return PredictionCase(volume: volume, fill: fill, raw: RawGrid(of: reader))
  }

  private func load(raw: RawCase, on workers: Workers) throws -> PredictionCase {
    guard let plan else { preconditionFailure("raw cases have a plan") }
    let ingest = CaseIngest(plan: plan, stages: plan.config.preprocess, workers: workers)
    let opened = try CaseIngest.Opened(raw)
    var state = try ingest.preprocess(opened)
    let fill = try (0..<state.volume.channels).map { Float(try state.moments(ofChannel: $0, on: workers).minimum) }
    try state.settle(on: workers)
    let (header, layout) = (opened.headers[0], opened.images[0].layout)
    let grid = RawGrid(
      extents: layout.extents, orientation: layout.orientation, affine: opened.grid.affine,
      form: RawGrid.form(
        header.transformSource.rawValue, sform: header.sformCode, qform: header.qformCode),
      prepared: state.volume.shape, decisions: state.records)
    return PredictionCase(volume: state.volume, fill: fill, raw: grid)
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
