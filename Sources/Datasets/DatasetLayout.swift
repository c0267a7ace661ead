/// A way of laying out a data set in folders, by the name that a pipeline file gives it.
public enum DatasetLayout: String, CaseIterable, Sendable {
  /// The KiTS19 challenge's `data/case_00000/imaging.nii.gz`.
  case kits19
  /// The BraTS 2020 challenge's `BraTS20_Training_001/BraTS20_Training_001_t1ce.nii.gz`.
  case brats20

  /// The channels that a pipeline may choose from; nil where each case has one image, called as the user likes.
  public var knownChannels: [String]? {
    switch self {
    case .kits19: nil
    case .brats20: BraTS20Layout.channels
    }
  }

  /// What the layout's folders look like, in a few words.
  public var explanation: String {
    switch self {
    case .kits19: KiTS19Layout.explanation
    case .brats20: BraTS20Layout.explanation
    }
  }

  /// The cases under `root`, sorted by identifier; each one's images are those of `channels`, in this order.
  /// - Throws: `DatasetError` where no case is found.
  public func discover(_ root: String, channels: [String]) throws(DatasetError) -> [RawCase] {
    switch self {
    case .kits19: try KiTS19Layout.discover(root)
    case .brats20: try BraTS20Layout.discover(root, channels: channels)
    }
  }
}
