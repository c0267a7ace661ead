import Files

/// The folders of the KiTS19 challenge: `data/case_00000` to `data/case_00299`, an image in each and a segmentation in
/// the first 210.
///
/// Source: the challenge's repository, github.com/neheller/kits19.
public enum KiTS19Layout {
  static let explanation = "folders case_00000, case_00001, ..., each with imaging.nii.gz and segmentation.nii.gz"

  /// The cases in `root` or in `root/data`, sorted by identifier; links are followed.
  ///
  /// A case folder that lacks what it needs is a case with problems. Where a file is there both as `.nii.gz` and as
  /// `.nii`, the first is taken.
  /// - Throws: `DatasetError.noCases` where neither folder holds a case, and `.severalFolders` where both do: one of them
  ///   is something else, such as an export.
  public static func discover(_ root: String) throws(DatasetError) -> [RawCase] {
    var looked: [DatasetError.Look] = []
    var found: [(folder: String, cases: [String])] = []
    for folder in [root, Folder.join(root, "data")] {
      do {
        let names = try Folder.names(in: folder)
        let cases = names.filter(isIdentifier)
        if !cases.isEmpty { found.append((folder, cases)) }
        looked.append(DatasetError.Look(folder: folder, found: DatasetError.listing(names)))
      } catch {
        let what = Folder.isFolder(folder) ? "a folder that cannot be listed" : "no folder"
        looked.append(DatasetError.Look(folder: folder, found: what))
      }
    }
    guard found.count < 2 else { throw .severalFolders(root: root, folders: found.map(\.folder)) }
    if let only = found.first { return only.cases.map { rawCase($0, at: Folder.join(only.folder, $0)) } }
    throw .noCases(root: root, looked: looked, expected: explanation, inner: "data")
  }

  /// Whether a folder's name is that of a case: `case_` and digits.
  static func isIdentifier(_ name: String) -> Bool {
    let digits = name.utf8.dropFirst(5)
    return name.hasPrefix("case_") && !digits.isEmpty && digits.allSatisfy { (48...57).contains($0) }
  }

  private static func rawCase(_ identifier: String, at folder: String) -> RawCase {
    var found = RawCase(identifier: identifier, images: [], label: nil)
    let names: [String]
    do {
      names = try Folder.names(in: folder)
    } catch {
      let what = Folder.isFolder(folder) ? "a folder that cannot be listed" : "a file or a broken link"
      found.imageProblems = ["\(identifier): is not a case, found \(what), expected a folder with imaging.nii.gz"]
      return found
    }
    do {
      if let image = try file("imaging", among: names, in: folder) {
        found.images = [image]
      } else {
        found.imageProblems.append(
          "\(identifier): imaging.nii.gz is missing, found \(DatasetError.listing(names)); "
            + "the images are downloaded by the data set's own get_imaging script")
      }
    } catch {
      found.imageProblems.append(notAFile(error, in: identifier) + "; download it again")
    }
    do {
      found.label = try file("segmentation", among: names, in: folder)
    } catch {
      found.labelProblems.append(notAFile(error, in: identifier) + "; copy it again, or remove it")
    }
    return found
  }

  private struct NotAFile: Error {
    let name: String
  }

  private static func notAFile(_ error: NotAFile, in identifier: String) -> String {
    "\(identifier): \(error.name) is not a file, found a folder or a broken link, expected a NIfTI file"
  }

  /// A NIfTI file, compressed or not; nil where the folder has neither.
  private static func file(_ stem: String, among names: [String], in folder: String) throws(NotAFile) -> RawFile? {
    for name in ["\(stem).nii.gz", "\(stem).nii"] where names.contains(name) {
      let path = Folder.join(folder, name)
      guard Folder.isFile(path) else { throw NotAFile(name: name) }
      return RawFile(path)
    }
    return nil
  }
}
