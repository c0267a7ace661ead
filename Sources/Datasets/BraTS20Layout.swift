import Files

/// The folders of the BraTS 2020 challenge: `BraTS20_Training_001` to `BraTS20_Training_369`, in each an image per MRI
/// sequence and a segmentation, all named after their folder; `BraTS20_Validation_001` and so on have no segmentation.
public enum BraTS20Layout {
  /// The sequences that each case has: the channels that a pipeline may name.
  public static let channels = ["flair", "t1", "t1ce", "t2"]

  /// The table that says each case's grade.
  public static let gradeFile = BraTS20Tables.gradeFile

  static let explanation =
    "folders BraTS20_Training_001, BraTS20_Training_002, ..., each with NAME_flair, NAME_t1, NAME_t1ce, NAME_t2 and "
    + "NAME_seg, as .nii.gz or .nii"

  /// The name of the challenge's own folder of training cases.
  private static let training = "MICCAI_BraTS2020_TrainingData"

  /// The cases in `root`, or else in one of its folders, sorted by identifier; links are followed.
  ///
  /// Of several such folders the challenge's own `MICCAI_BraTS2020_TrainingData` is taken. A case folder that lacks what
  /// it needs is a case with problems. What the challenge's tables, beside the cases or in `root`, say about a case are
  /// its attributes.
  /// - Parameter channels: The sequences wanted, in this order; the others need not be there.
  /// - Throws: `DatasetError.noCases`, `DatasetError.severalFolders` where it is not clear which is meant, and
  ///   `DatasetError.unusable` for a table that is none.
  public static func discover(_ root: String, channels: [String]) throws(DatasetError) -> [RawCase] {
    let (folder, names) = try casesFolder(root)
    let attributes = try BraTS20Tables.attributes(in: folder == root ? [root] : [folder, root])
    return names.filter(isIdentifier).map { name in
      var found = BraTS20Case.read(name, at: Folder.join(folder, name), channels: channels)
      found.attributes = attributes[name] ?? [:]
      return found
    }
  }

  /// The folder that holds the cases, and the names in it.
  private static func casesFolder(_ root: String) throws(DatasetError) -> (folder: String, names: [String]) {
    let names: [String]
    do {
      names = try Folder.names(in: root)
    } catch {
      let found = Folder.isFolder(root) ? "a folder that cannot be listed" : "no folder"
      throw noCases(root, [DatasetError.Look(folder: root, found: found)])
    }
    if names.contains(where: isIdentifier) { return (root, names) }

    var holding: [(folder: String, names: [String])] = []
    for name in names where !name.hasPrefix(".") {
      // What cannot be listed, a file above all, holds no case.
      guard let inner = try? Folder.names(in: Folder.join(root, name)), inner.contains(where: isIdentifier) else {
        continue
      }
      holding.append((name, inner))
    }
    if let own = holding.first(where: { $0.folder == training }) { holding = [own] }
    guard holding.count <= 1 else {
      throw .severalFolders(root: root, folders: holding.map(\.folder))
    }
    if let only = holding.first { return (Folder.join(root, only.folder), only.names) }
    throw noCases(
      root,
      [
        DatasetError.Look(folder: root, found: DatasetError.listing(names)),
        DatasetError.Look(folder: "the folders below it", found: "none"),
      ])
  }

  /// Whether a folder's name is that of a case: `BraTS20_`, a word, `_` and digits.
  static func isIdentifier(_ name: String) -> Bool {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "BraTS20", !parts[1].isEmpty, !parts[2].isEmpty else { return false }
    return parts[1].allSatisfy { $0.isASCII && $0.isLetter } && parts[2].utf8.allSatisfy { (48...57).contains($0) }
  }

  private static func noCases(_ root: String, _ looked: [DatasetError.Look]) -> DatasetError {
    .noCases(root: root, looked: looked, expected: explanation, inner: training)
  }
}
