/// Why a data set's folders could not be read as a data set.
public enum DatasetError: Error, Equatable, CustomStringConvertible {
  /// None of the folders that were looked in holds a case; each with what it does hold.
  ///
  /// `inner` is what the layout calls the folder of cases itself.
  case noCases(root: String, looked: [Look], expected: String, inner: String)
  /// Several folders below hold cases, and nothing says which is meant.
  case severalFolders(root: String, folders: [String])
  /// A file or folder that says what the data set holds is not as it should be.
  case unusable(place: String, problem: String, found: String, expected: String, advice: String = "")

  /// A folder that was looked in, and what was found there.
  public struct Look: Sendable, Equatable {
    /// The folder's path.
    public var folder: String
    /// What it holds, in words.
    public var found: String

    /// A folder that was looked in, and what was found there.
    public init(folder: String, found: String) {
      self.folder = folder
      self.found = found
    }
  }

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .noCases(let root, let looked, let expected, let inner):
      let found = looked.map { "\($0.found) in \($0.folder)" }.joined(separator: " and ")
      return "\(root): no case there, found \(found), expected \(expected); "
        + "give the folder that holds the cases, or the one above its \(inner)/"
    case .severalFolders(let root, let folders):
      return "\(root): several folders with cases, found \(Self.listing(folders)), expected one; "
        + "give the folder that is meant"
    case .unusable(let place, let problem, let found, let expected, let advice):
      return "\(place): \(problem), found \(found), expected \(expected)" + (advice.isEmpty ? "" : "; \(advice)")
    }
  }

  /// Every one of some names: `a, b and c`.
  static func list(_ names: [String]) -> String {
    guard let last = names.last, names.count > 1 else { return names.first ?? "" }
    return "\(names.dropLast().joined(separator: ", ")) and \(last)"
  }

  /// A few of a folder's names for a message: `a, b, c, d, e and 3 more`.
  static func listing(_ names: [String]) -> String {
    let shown = 5
    if names.isEmpty { return "nothing" }
    let text = names.prefix(shown).joined(separator: ", ")
    return names.count > shown ? "\(text) and \(names.count - shown) more" : text
  }
}
