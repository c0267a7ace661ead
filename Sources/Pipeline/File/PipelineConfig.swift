import Datasets
import Preprocessing
import Recipes
import Shards

/// A pipeline file as it was written, with the defaults filled in.
public struct PipelineConfig: Sendable, Equatable {
  /// The pipeline's name; it changes nothing but titles.
  public var name: String
  /// Which cases there are, and what is in them.
  public var dataset: DatasetConfig
  /// What is done to each case, in this order.
  public var preprocess: [Stage]
  /// How the labelled cases are split.
  public var folds: FoldsConfig
  /// Which patches are cut out of the labelled cases; none in a pipeline that only prepares cases.
  public var patches: [PatchSet]
  /// How patches are stored.
  public var shards: ShardsConfig
  /// What may happen to patches on their way to a network; nil where nothing does.
  public var augment: AugmentConfig?
  /// What a training's batches are.
  public var stream: StreamConfig
  /// What is trained, and how; nil where the file says nothing of it.
  public var train: TrainingRecipe?

  /// What is trained, and how, every default filled in: the first set of patches that was drawn at random, validated on the
  /// first one that was cut on a grid, unless the file says otherwise; nil where there is no such set.
  public var training: TrainingRecipe {
    var training = train ?? TrainingRecipe()
    training.patches = training.patches ?? patches.first { !$0.isGrid }?.name
    training.validation = training.validation ?? patches.first(where: \.isForValidation)?.name
    return training
  }

  /// Whether any patch set holds augmented versions.
  var storesVariants: Bool { patches.contains { $0.variants > 0 } }

  /// A pipeline.
  public init(
    name: String, dataset: DatasetConfig, preprocess: [Stage], folds: FoldsConfig = FoldsConfig(),
    patches: [PatchSet] = [], shards: ShardsConfig = ShardsConfig(), augment: AugmentConfig? = nil,
    stream: StreamConfig = StreamConfig(), train: TrainingRecipe? = nil
  ) {
    self.name = name
    self.dataset = dataset
    self.preprocess = preprocess
    self.folds = folds
    self.patches = patches
    self.shards = shards
    self.augment = augment
    self.stream = stream
    self.train = train
  }
}

/// The `dataset` section: which cases there are, and what is in them.
public struct DatasetConfig: Sendable, Equatable {
  /// How the files lie in folders.
  public var layout: DatasetLayout
  /// The channels' names, in the order of the prepared image.
  public var channels: [String]
  /// The classes, and the raw values that stand for each.
  public var labels: LabelScheme
  /// What is done with cases that have no label.
  public var unlabelled: UnlabelledRule
  /// The rules that leave cases out; the first that applies gives the reason.
  public var exclude: [ExclusionRule]
  /// What is done with voxels that are NaN or infinite.
  public var nonfinite: NonfinitePolicy

  /// A data set.
  public init(
    layout: DatasetLayout, channels: [String], labels: LabelScheme, unlabelled: UnlabelledRule = .keep,
    exclude: [ExclusionRule] = [], nonfinite: NonfinitePolicy = .fail
  ) {
    self.layout = layout
    self.channels = channels
    self.labels = labels
    self.unlabelled = unlabelled
    self.exclude = exclude
    self.nonfinite = nonfinite
  }

  /// The cases in a data set's folder.
  /// - Throws: `DatasetError`.
  public func discover(_ root: String) throws(DatasetError) -> Discovery {
    try layout.discover(root, channels: channels, labels: labels)
  }
}

/// What is done with cases that have no label.
public enum UnlabelledRule: String, CaseIterable, Sendable {
  /// They are prepared for prediction, in no fold.
  case keep
  /// They are left out.
  case exclude
}
