import Prepared
import Preprocessing

/// What a model has to know of the cases that it was trained on, to be used on others as it was on those.
public struct TrainedCases: Sendable, Codable, Equatable {
  /// The cases, sorted by identifier; those that it was validated on are not among them.
  public var cases: [ShardManifest.Case]
  /// The numbers over the data set that they were prepared by; nil where no stage asks for such.
  public var datasetNumbers: DatasetNumbers?
  /// By channel, what fold_safe stages did to their values; nil where there are none.
  public var deferredMap: [DeferredMaps.Map]?

  /// What a folder of shards trains a fold on; all of it where `fold` is nil.
  ///
  /// A fold that the manifest does not have is refused where its patches are opened.
  public init(_ manifest: ShardManifest, fold: Int?) {
    cases = manifest.cases.filter { fold == nil || $0.fold != fold }
    datasetNumbers = manifest.datasetNumbers
    deferredMap = manifest.deferredMaps?.maps(ofFold: fold)
  }
}
