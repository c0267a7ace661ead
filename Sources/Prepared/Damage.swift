/// Something that is not as the manifest says.
public struct Damage: Sendable, Equatable, Encodable {
  /// Below the folder.
  public var file: String
  /// Counted from 0 in the file; nil where it is not one patch, or not known which.
  public var patch: Int?
  /// The case, where it is one and known.
  public var caseIdentifier: String?
  /// What is wrong: found, expected.
  public var problem: String

  /// A problem of a file, of a case or of a patch.
  public init(file: String, patch: Int? = nil, caseIdentifier: String? = nil, problem: String) {
    self.file = file
    self.patch = patch
    self.caseIdentifier = caseIdentifier
    self.problem = problem
  }

  /// A problem that an error about the file at `path` states.
  public init(file: String, path: String, error: any Error) {
    let text = "\(error)"
    self.init(file: file, problem: text.hasPrefix(path + ": ") ? String(text.dropFirst(path.count + 2)) : text)
  }

  /// The line that the user sees.
  public var line: String {
    let place = [patch.map { "patch \($0)" }, caseIdentifier].compactMap { $0 }.joined(separator: " of ")
    return file + ": " + (place.isEmpty ? "" : place + ": ") + problem
  }
}
