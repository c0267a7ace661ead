/// A way of laying out a data set in folders, by the name that a pipeline file gives it.
public enum DatasetLayout: String, CaseIterable, Sendable {
  /// The KiTS19 challenge's `data/case_00000/imaging.nii.gz`.
  case kits19

  /// The number of images that each case has.
  public var channels: Int {
    switch self {
    case .kits19: 1
    }
  }

  /// What the layout's folders look like, in a few words.
  public var explanation: String {
    switch self {
    case .kits19: KiTS19Layout.explanation
    }
  }

  /// The cases under `root`, sorted by identifier.
  /// - Throws: `DatasetError` where no case is found.
  public func discover(_ root: String) throws(DatasetError) -> [RawCase] {
    switch self {
    case .kits19: try KiTS19Layout.discover(root)
    }
  }
}
