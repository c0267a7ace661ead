import Foundation

/// What an export is for: which files it is made of.
enum ExportFormat: String, CaseIterable {
  /// A folder for each case.
  case viewer
  /// A raw data set of nnU-Net.
  case nnunet
}

/// Where the files of an export go.
enum ExportNames {
  /// A folder for each case below `folder`.
  case viewer(folder: String, channels: [String])
  /// nnU-Net's raw layout (its documentation/dataset_format.md): the files of all cases side by side.
  case nnunet(NnUNetDataset)

  /// An image's file.
  func image(_ identifier: String, channel: Int, isLabelled: Bool) -> String {
    switch self {
    case .viewer(let folder, let channels):
      // A data set may call a channel what no file can be called.
      let own = channels[channel].contains("/") ? "channel\(channel)" : channels[channel]
      return "\(folder)/\(identifier)/" + (channels.count == 1 ? "imaging" : "imaging_\(own)") + ".nii.gz"
    case .nnunet(let dataset):
      let number = String(channel)
      let digits = String(repeating: "0", count: max(0, 4 - number.count)) + number
      return "\(dataset.folder)/\(isLabelled ? "imagesTr" : "imagesTs")/\(identifier)_\(digits).nii.gz"
    }
  }

  /// A label's file.
  func label(_ identifier: String) -> String {
    switch self {
    case .viewer(let folder, _): "\(folder)/\(identifier)/segmentation.nii.gz"
    case .nnunet(let dataset): "\(dataset.folder)/labelsTr/\(identifier).nii.gz"
    }
  }

  /// Folders that must hold nothing, so that no file is replaced by mistake.
  func folders(of identifiers: [String]) -> [String] {
    switch self {
    case .viewer(let folder, _): identifiers.map { "\(folder)/\($0)" }
    case .nnunet(let dataset): [dataset.folder]
    }
  }
}
