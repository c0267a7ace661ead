/// A way of laying out a data set in folders.
public enum DatasetLayout: Sendable, Equatable {
  /// The KiTS19 challenge's `data/case_00000/imaging.nii.gz`.
  case kits19
  /// The BraTS 2020 challenge's `BraTS20_Training_001/BraTS20_Training_001_t1ce.nii.gz`.
  case brats20
  /// nnU-Net's raw `imagesTr/CASE_0000.nii.gz`.
  case nnunet
  /// The Medical Segmentation Decathlon's `dataset.json` and 4-D files.
  case msd
  /// Whatever patterns say.
  case pairs(PairsLayout)

  /// The layouts as a pipeline file calls them.
  public enum Name: String, CaseIterable, Sendable {
    case kits19, brats20, nnunet, msd, pairs

    /// The channels that a pipeline may choose from; nil where the layout does not say.
    public var knownChannels: [String]? {
      switch self {
      case .brats20: BraTS20Layout.channels
      case .kits19, .nnunet, .msd, .pairs: nil
      }
    }

    /// What cases may be told apart by when folds are stratified: attributes that the layout's tables give them.
    public var categories: [String] {
      switch self {
      case .brats20: ["grade"]
      case .kits19, .nnunet, .msd, .pairs: []
      }
    }
  }

  /// The layout's name.
  public var name: Name {
    switch self {
    case .kits19: .kits19
    case .brats20: .brats20
    case .nnunet: .nnunet
    case .msd: .msd
    case .pairs: .pairs
    }
  }

  /// What the layout's folders look like, in a few words.
  public var explanation: String {
    switch self {
    case .kits19: KiTS19Layout.explanation
    case .brats20: BraTS20Layout.explanation
    case .nnunet: NnUNetLayout.explanation
    case .msd: DecathlonLayout.explanation
    case .pairs(let layout): layout.explanation
    }
  }

  /// The cases under `root`; each one's images are those of `channels`, in this order.
  /// - Parameter labels: The pipeline's; a data set that describes its own must agree.
  /// - Throws: `DatasetError` where no case is found, or what describes the data set cannot be used.
  public func discover(
    _ root: String, channels: [String], labels: LabelScheme
  ) throws(DatasetError) -> Discovery {
    switch self {
    case .kits19: Discovery(cases: try KiTS19Layout.discover(root))
    case .brats20: Discovery(cases: try BraTS20Layout.discover(root, channels: channels))
    case .nnunet: try NnUNetLayout.discover(root, channels: channels, labels: labels)
    case .msd: try DecathlonLayout.discover(root, channels: channels, labels: labels)
    case .pairs(let layout): try layout.discover(root, channels: channels)
    }
  }
}
