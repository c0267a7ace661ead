import Files

/// Finds the files below a folder that fit a pattern. It goes as deep as the pattern and no deeper, so that links that
/// lead in circles do no harm.
struct PatternSearch {
  let root: String
  let pattern: CasePattern

  /// A file that fits, and what its case may be called.
  struct Match: Equatable {
    /// Below the root.
    var name: String
    /// More than one where the pattern can be read in several ways.
    var identifiers: [String]
    /// Whether a file is there; a link to one, or to a folder above it, may lead nowhere.
    var isFile: Bool
  }

  /// All files that fit, and what has their name and is neither a file nor a folder, sorted by name.
  /// - Throws: `DatasetError` for a folder that cannot be listed.
  func matches() throws(DatasetError) -> [Match] {
    var found: [String: (identifiers: Set<String>, isFile: Bool)] = [:]
    try search(in: "", pattern.components[...], known: nil, isNamed: true) { name, identifier, isFile in
      found[name, default: ([], isFile)].identifiers.insert(identifier)
    }
    return found.keys.sortedByBytes().compactMap { name in
      found[name].map { Match(name: name, identifiers: $0.identifiers.sortedByBytes(), isFile: $0.isFile) }
    }
  }

  /// - Parameter isNamed: whether the pattern names this very folder, which must not be passed over then.
  private func search(
    in folder: String, _ components: ArraySlice<PatternComponent>, known: String?, isNamed: Bool,
    _ take: (_ name: String, _ identifier: String, _ isFile: Bool) -> Void
  ) throws(DatasetError) {
    guard let component = components.first else { return }
    let path = Folder.join(root, folder)
    guard let names = try ListedFolder.names(in: path) else {
      guard Folder.isBrokenLink(path) else { return }
      if isNamed { throw ListedFolder.leadsNowhere(path) }
      if let known { take(folder, known, false) }
      return
    }
    let rest = components.dropFirst()
    for name in names {
      for identifier in component.readings(of: name, known: known) {
        let below = folder.isEmpty ? name : "\(folder)/\(name)"
        let path = Folder.join(root, below)
        if !rest.isEmpty {
          try search(in: below, rest, known: identifier, isNamed: isNamed && component.isFixed, take)
        } else if let identifier, !Folder.isFolder(path) {
          take(below, identifier, Folder.isFile(path))
        }
      }
    }
  }
}
