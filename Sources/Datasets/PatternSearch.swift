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
  }

  /// All files that fit, sorted by name.
  func matches() -> [Match] {
    var found: [String: Set<String>] = [:]
    search(in: "", pattern.components[...], known: nil) { name, identifier in
      found[name, default: []].insert(identifier)
    }
    return found.keys.sortedByBytes().map { Match(name: $0, identifiers: found[$0, default: []].sortedByBytes()) }
  }

  private func search(
    in folder: String, _ components: ArraySlice<PatternComponent>, known: String?, _ take: (String, String) -> Void
  ) {
    guard let component = components.first, let names = try? Folder.names(in: Folder.join(root, folder)) else { return }
    let rest = components.dropFirst()
    for name in names {
      for identifier in component.readings(of: name, known: known) {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        if !rest.isEmpty {
          search(in: path, rest, known: identifier, take)
        } else if let identifier, Folder.isFile(Folder.join(root, path)) {
          take(path, identifier)
        }
      }
    }
  }
}
