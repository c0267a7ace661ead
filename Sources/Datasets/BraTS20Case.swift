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
      found.imageProblems = [
        "\(identifier): is not a case, found \(what), expected a folder with a file for each channel"
      ]
      return found
    }
    var missing: [String] = []
    for channel in channels {
      switch File("\(identifier)_\(channel)", among: names, in: folder) {
      case .path(let path): found.images.append(RawFile(path))
      case .missing: missing.append("\(identifier)_\(channel).nii.gz")
      case .unusable(let problem): found.imageProblems.append("\(identifier): \(problem)")
      }
    }
    if !missing.isEmpty {
      found.imageProblems.append(
        "\(identifier): \(DatasetError.list(missing)) \(missing.count == 1 ? "is" : "are") missing, found "
          + "\(DatasetError.listing(names)); download the case again, or leave the channel out of `channels`")
    }
    if !found.imageProblems.isEmpty { found.images = [] }
    readLabel(of: &found, among: names, in: folder)
    return found
  }

  private static func readLabel(of found: inout RawCase, among names: [String], in folder: String) {
    let identifier = found.identifier
    switch File("\(identifier)_seg", among: names, in: folder) {
    case .path(let path): found.label = RawFile(path)
    case .unusable(let problem): found.labelProblems.append("\(identifier): \(problem)")
    case .missing:
      let candidates = others(of: identifier, among: names).map { RawFile(Folder.join(folder, $0)) }
      if !candidates.isEmpty { found.missingLabel = .init(name: "\(identifier)_seg.nii.gz", candidates: candidates) }
    }
  }

  /// NIfTI files that are no channel's: one of them may be the segmentation, as the Kaggle copy's
  /// `W39_1998.09.19_Segm.nii` in case 355.
  private static func others(of identifier: String, among names: [String]) -> [String] {
    names.filter { name in
      guard let ending = File.endings.first(where: name.lowercased().hasSuffix) else { return false }
      return !BraTS20Layout.channels.contains { name.dropLast(ending.count) == "\(identifier)_\($0)" }
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
