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
    var found: Found

    /// Whether it is a folder above the file.
    var isClosed: Bool { if case .closed = found { true } else { false } }
  }

  /// What has a name that fits.
  enum Found: Equatable {
    case file
    /// A folder, or a link that leads nowhere.
    case noFile
    /// A folder above the file, of this one case, that cannot be looked into.
    case closed(DatasetError)
  }

  /// All files that fit, and what stands in their place, sorted by name.
  /// - Throws: `DatasetError` for a folder that cannot be listed and may hold files of any case: they would be missing
  ///   without a word, and cases whose labels they are would count as unlabelled.
  func matches() throws(DatasetError) -> [Match] {
    var matches: [String: (identifiers: Set<String>, found: Found)] = [:]
    try search(in: "", pattern.components[...], known: nil, isNamed: true) { name, identifier, found in
      matches[name, default: ([], found)].identifiers.insert(identifier)
    }
    return matches.keys.sortedByBytes().compactMap { name in
      matches[name].map { Match(name: name, identifiers: $0.identifiers.sortedByBytes(), found: $0.found) }
    }
  }

  /// - Parameter isNamed: whether the pattern names this very folder, which must not be passed over then.
  private func search(
    in folder: String, _ components: ArraySlice<PatternComponent>, known: String?, isNamed: Bool,
    _ take: (_ name: String, _ identifier: String, _ found: Found) -> Void
  ) throws(DatasetError) {
    guard let component = components.first else { return }
    let path = Folder.join(root, folder)
    // Messages about a case call its folders as they lie below the root.
    let place = known == nil ? path : folder
    let names: [String]
    do throws(DatasetError) {
      if let listed = try ListedFolder.names(in: path, called: place) {
        names = listed
      } else {
        guard isNamed || known != nil, Folder.isBrokenLink(path) else { return }
        throw ListedFolder.leadsNowhere(place)
      }
    } catch {
      // File systems have one at their root, which the system's administrator alone can list.
      if !isNamed, Folder.lastName(of: folder) == "lost+found" { return }
      guard let known else { throw error }
      return take(folder, known, .closed(error))
    }
    let rest = components.dropFirst()
    for name in names {
      for identifier in component.readings(of: name, known: known) {
        let below = folder.isEmpty ? name : "\(folder)/\(name)"
        let path = Folder.join(root, below)
        if !rest.isEmpty {
          try search(in: below, rest, known: identifier, isNamed: isNamed && component.isFixed, take)
        } else if let identifier, !Folder.isFolder(path) {
          take(below, identifier, Folder.isFile(path) ? .file : .noFile)
        }
      }
    }
  }
}
