import Datasets

/// The `folds` section: how the labelled cases are split.
public struct FoldsConfig: Sendable, Equatable {
  /// How many folds, at least 2; what `FoldScheme.file` says itself.
  public var count: Int
  /// What each fold gets the same spread of.
  public enum Stratum: Sendable, Equatable {
    /// A class's volume; `isDefault` where the class is the last one.
    case volume(of: LabelClass, isDefault: Bool)
    /// An attribute that the data set's tables give its cases.
    case attribute(String)
  }

  /// Which cases go together.
  public var scheme: FoldScheme
  /// The seed of the shuffles.
  public var seed: UInt32

  /// Folds; the defaults are nnU-Net's split.
  public init(count: Int = 5, scheme: FoldScheme = .kfold, seed: UInt32 = 12345) {
    self.count = count
    self.scheme = scheme
    self.seed = seed
  }
}

/// What each fold gets the same spread of.
public enum Stratum: Sendable, Equatable {
  /// A class's volume; `isDefault` where the class is the last one.
  case volume(of: LabelClass, isDefault: Bool)
  /// An attribute that the data set's tables give its cases.
  case attribute(String)
}

/// Which cases go together in a fold. Files are named as the pipeline file does, relative to its own folder.
public enum FoldScheme: Sendable, Equatable {
  /// scikit-learn's `KFold` with one shuffle; with `keep`, cases keep the fold that an earlier run gave them.
  case kfold(keep: Bool)
  /// Each fold gets the same spread of something.
  case stratified(by: Stratum)
  /// What a column of a CSV file says is of one group, such as a patient's cases, stays together.
  case grouped(file: String, column: String)
  /// The folds of a splits_final.json of nnU-Net.
  case file(String)

  /// The plain split.
  public static let kfold = FoldScheme.kfold(keep: false)

  /// The schemes as the pipeline file calls them.
  public enum Name: String, CaseIterable, Sendable { case kfold, stratified, grouped, file }

  /// The scheme's name.
  public var name: Name {
    switch self {
    case .kfold: .kfold
    case .stratified: .stratified
    case .grouped: .grouped
    case .file: .file
    }
  }

  /// The file that the folds come from.
  var file: String? {
    switch self {
    case .kfold, .stratified: nil
    case .grouped(let file, _), .file(let file): file
    }
  }
}
