import Shards
import Streaming

/// How shards are streamed, as a pipeline file says it.
public struct StreamPlan: Sendable {
  /// What happens to a training's patches.
  public enum Augmentation: Sendable {
    /// What the pipeline says; nothing without one.
    case planned
    case none
    /// What the text of a section `augment` says.
    case section(String)
  }

  /// Samples of all ranks in a batch.
  public let globalBatch: Int
  /// Of the order of the patches, and of augmentation.
  public let seed: UInt64
  /// Nil for nothing: in validation, without transforms, and where the set holds augmented versions, which are trained on
  /// as they are.
  public let augmentation: AugmentedPatches?

  /// Holds the shards against the pipeline that they must be cut with.
  /// - Parameter pipeline: the file; without it nothing is checked, and there is no augmentation but a section.
  /// - Throws: `StreamPlanError`, `PipelineError`, `ShardManifestError`, `ShardingError` or `FileError`.
  public init(
    shards folder: String, set: String, split: StreamSplit, pipeline: String?, augmentation: Augmentation = .planned
  ) throws {
    let plan = try pipeline.map { try Plan.read($0) }
    let manifest = try ShardManifest.required(folder: folder)
    if let plan { try Self.check(manifest, of: folder, against: plan) }
    let config = plan?.config.stream ?? StreamConfig()
    (globalBatch, seed) = (config.globalBatch, UInt64(config.seed))
    guard split.isTraining else {
      self.augmentation = nil
      return
    }
    let asked = try Self.augment(augmentation, plan, pipeline).flatMap { $0.0.transforms.isEmpty ? nil : $0 }
    if manifest.sets.contains(where: { $0.set == set && $0.variants != nil }) {
      // What is planned is what was stored; anything else that was asked for is not there.
      guard case .planned = augmentation else {
        throw asked == nil
          ? StreamPlanError.augmentedAlways(folder: folder, set: set)
          : StreamPlanError.augmentedAlready(folder: folder, set: set)
      }
      self.augmentation = nil
      return
    }
    guard let (augment, file) = asked else {
      self.augmentation = nil
      return
    }
    guard augment.statistics == .patch else { throw StreamPlanError.caseStatistics(file: file) }
    self.augmentation = AugmentedPatches(augment.transforms, sampling: augment.sampling)
  }

  private static func augment(
    _ augmentation: Augmentation, _ plan: Plan?, _ pipeline: String?
  ) throws -> (AugmentConfig, file: String)? {
    switch augmentation {
    case .none: nil
    case .planned: plan?.config.augment.map { ($0, pipeline ?? "") }
    case .section(let text): (try PipelineFile.parseAugment(text, file: "augment"), "augment")
    }
  }

  private static func check(_ manifest: ShardManifest, of folder: String, against plan: Plan) throws {
    guard let expected = plan.shardsDigest else { throw ShardingError.noPatches(file: plan.sourceFile) }
    guard manifest.shardsDigest == expected else {
      throw StreamPlanError.otherPipeline(folder: folder, found: manifest.shardsDigest, expected: expected)
    }
  }
}

/// Why shards cannot be streamed as a pipeline says.
public enum StreamPlanError: Error, Equatable, CustomStringConvertible {
  /// Shards that another pipeline cut.
  case otherPipeline(folder: String, found: String, expected: String)
  /// An augmentation by numbers that shards do not hold.
  case caseStatistics(file: String)
  /// An augmentation that is asked for where the set holds augmented versions.
  case augmentedAlready(folder: String, set: String)
  /// No augmentation asked for where the set holds augmented versions.
  case augmentedAlways(folder: String, set: String)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .otherPipeline(let folder, let found, let expected):
      "\(folder): holds shards of another pipeline, found shards digest \(found.prefix(12)), "
        + "expected \(expected.prefix(12)); give the pipeline that they were cut with"
    case .caseStatistics(let file):
      "\(file): augment: statistics cannot be the case's in a stream, found case, expected patch: shards do not hold "
        + "them; say `statistics: patch`, or stream without augmentation"
    case .augmentedAlready(let folder, let set):
      "\(folder): set \(set) holds augmented versions, found another augmentation of them, expected none; "
        + "leave it out, or stream another set"
    case .augmentedAlways(let folder, let set):
      "\(folder): set \(set) holds nothing but augmented versions, found no augmentation asked for, expected them as they "
        + "are; leave that out, or choose a set without `variants`"
    }
  }

  /// Whether something was asked for that cannot be, rather than found to be wrong.
  public var isUsage: Bool {
    switch self {
    case .augmentedAlready, .augmentedAlways: true
    case .otherPipeline, .caseStatistics: false
    }
  }
}
