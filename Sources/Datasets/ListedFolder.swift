import Files

/// Lists folders of a data set. One that is there and cannot be listed is never taken for an empty one: cases would be
/// missing without a word, and those whose labels lie in it would count as unlabelled.
enum ListedFolder {
  /// The names in a folder; nil where no folder has its name.
  /// - Parameter place: what messages call it; nil is its path.
  /// - Throws: `DatasetError` for a folder that cannot be listed.
  static func names(in path: String, called place: String? = nil) throws(DatasetError) -> [String]? {
    do {
      return try Folder.names(in: path)
    } catch {
      guard !error.isNoFolder else { return nil }
      throw .unusable(
        place: place ?? path, problem: error.reason, found: "a folder", expected: "one that can be read",
        advice: "look at its permissions and its disk")
    }
  }

  /// The names in a folder that a layout has; none where nothing, or a file, has its name.
  /// - Throws: `DatasetError` for a folder that cannot be listed, and for a link that leads nowhere.
  static func namesIfThere(in path: String) throws(DatasetError) -> [String] {
    if let names = try names(in: path) { return names }
    if Folder.isBrokenLink(path) { throw leadsNowhere(path) }
    return []
  }

  /// Why a link to a folder that a layout has cannot be passed over.
  static func leadsNowhere(_ path: String) -> DatasetError {
    .unusable(
      place: path, problem: "cannot be listed", found: "a link that leads nowhere", expected: "a folder",
      advice: "mount what it leads to, or mend or remove it")
  }
}
