import Files

/// One case folder of the BraTS 2020 challenge.
enum BraTS20Case {
  /// The case in `folder`, with problems where it lacks one of the channels.
  static func read(_ identifier: String, at folder: String, channels: [String]) -> RawCase {
    var found = RawCase(identifier: identifier, images: [], label: nil)
    let names: [String]
    do {
      // Hidden files are what a Mac leaves beside the real ones: ._BraTS20_Training_001_seg.nii.gz.
      names = try Folder.names(in: folder).filter { !$0.hasPrefix(".") }
    } catch {
      let what = Folder.isFolder(folder) ? "a folder that cannot be listed" : "a file or a broken link"
      found.problems = ["\(identifier): is not a case, found \(what), expected a folder with a file for each channel"]
      return found
    }
    var missing: [String] = []
    for channel in channels {
      switch File("\(identifier)_\(channel)", among: names, in: folder) {
      case .path(let path): found.images.append(RawFile(path))
      case .missing: missing.append("\(identifier)_\(channel).nii.gz")
      case .unusable(let problem): found.problems.append("\(identifier): \(problem)")
      }
    }
    if !missing.isEmpty {
      found.problems.append(
        "\(identifier): \(DatasetError.list(missing)) \(missing.count == 1 ? "is" : "are") missing, found "
          + "\(DatasetError.listing(names)); download the case again, or leave the channel out of `channels`")
    }
    if !found.problems.isEmpty { found.images = [] }
    readLabel(of: &found, among: names, in: folder)
    return found
  }

  private static func readLabel(of found: inout RawCase, among names: [String], in folder: String) {
    let identifier = found.identifier
    switch File("\(identifier)_seg", among: names, in: folder) {
    case .path(let path): found.label = RawFile(path)
    case .unusable(let problem): found.problems.append("\(identifier): \(problem)")
    case .missing:
      let candidates = misnamed(of: identifier, among: names)
      guard let name = candidates.first else { return }
      let path = Folder.join(folder, name)
      if candidates.count > 1 {
        found.problems.append(
          "\(identifier): \(identifier)_seg.nii.gz is missing, found \(DatasetError.list(candidates)), "
            + "expected one segmentation; give the right one that name")
      } else if Folder.isFile(path) {
        found.label = RawFile(path)
        found.notes.append("\(identifier)_seg.nii.gz is missing; \(name) is taken for the segmentation")
      } else {
        found.problems.append("\(identifier): \(File.notAFile(name))")
      }
    }
  }

  /// NIfTI files that may be a segmentation under another name, as the Kaggle copy's `W39_1998.09.19_Segm.nii` in case
  /// 355: not a channel's, and with "seg" in their name.
  private static func misnamed(of identifier: String, among names: [String]) -> [String] {
    names.filter { name in
      let lower = name.lowercased()
      guard let ending = File.endings.first(where: lower.hasSuffix) else { return false }
      let stem = lower.dropLast(ending.count)
      return stem.contains("seg") && !BraTS20Layout.channels.contains { stem.hasSuffix("_\($0)") }
    }
  }

  /// What is there under a name without its ending.
  private enum File {
    case path(String)
    case missing
    /// It cannot be used, and why.
    case unusable(String)

    static let endings = [".nii.gz", ".nii"]

    init(_ stem: String, among names: [String], in folder: String) {
      let found = Self.endings.map { stem + $0 }.filter(names.contains)
      guard let name = found.first else {
        self = .missing
        return
      }
      let path = Folder.join(folder, name)
      if found.count > 1 {
        // Taking one would be a guess: they may differ.
        self = .unusable("found both \(DatasetError.list(found)), expected one of them; remove the other")
      } else {
        self = Folder.isFile(path) ? .path(path) : .unusable(Self.notAFile(name))
      }
    }

    static func notAFile(_ name: String) -> String {
      "\(name) is not a file, found a folder or a broken link, expected a NIfTI file; download the case again"
    }
  }
}
