import Datasets
import Files

/// A line of a pipeline file.
public struct Place: Sendable, Equatable, CustomStringConvertible {
  /// The file's path, as it was given.
  public var file: String
  /// The line, from 1.
  public var line: Int

  /// A line of a file.
  public init(file: String, line: Int) {
    self.file = file
    self.line = line
  }

  /// `kits19.yaml:12`.
  public var description: String { "\(file):\(line)" }
}

/// What is wrong with a pipeline file.
public enum PipelineError: Error, Equatable, CustomStringConvertible {
  /// The system did not let the file be read.
  case unreadable(FileError)
  /// The file is longer than any pipeline file.
  case tooLong(file: String, bytes: Int)
  /// The file's bytes are not UTF-8.
  case notUTF8(Place)
  /// The file holds no value.
  case empty(file: String)
  /// The file is not YAML.
  case syntax(Place, problem: String)
  /// A mapping has a key that nothing reads.
  case unknownKey(Place, key: String, accepted: [String])
  /// A mapping has a key more than once.
  case repeatedKey(Place, key: String)
  /// A mapping lacks a key that has no default; with the keys it has.
  case missingKey(Place, key: String, mapping: String, found: [String])
  /// A value is of the wrong type, out of range or at odds with another.
  case unacceptable(Place, key: String, problem: String, found: String, expected: String, advice: String = "")

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .unreadable(let error):
      return "\(error)"
    case .tooLong(let file, let bytes):
      return "\(file): is too long for a pipeline file, found \(bytes) bytes, "
        + "expected at most \(PipelineFile.longest); is this the right file?"
    case .notUTF8(let place):
      return "\(place): is not text, found bytes that are not UTF-8, expected YAML; is this the right file?"
    case .empty(let file):
      return "\(file): holds nothing, expected the keys \(PipelineFile.sections.joined(separator: ", "))"
    case .syntax(let place, let problem):
      return "\(place): is not YAML: \(problem); look at the indentation, the quotes and the brackets"
    case .unknownKey(let place, let key, let accepted):
      let nearest = NearestName.to(key, among: accepted).map { "; did you mean `\($0)`?" } ?? ";"
      let names = accepted.isEmpty ? "none" : accepted.joined(separator: ", ")
      return "\(place): unknown key `\(key)`\(nearest) accepted: \(names)"
    case .repeatedKey(let place, let key):
      return "\(place): key `\(key)` is there more than once, expected it once; remove all but one"
    case .missingKey(let place, let key, let mapping, let found):
      let held = found.isEmpty ? "nothing, expected \(key)" : "\(found.joined(separator: ", ")), expected \(key) too"
      return "\(place): \(Self.name(mapping)) lacks `\(key)`, found \(held)"
    case .unacceptable(let place, let key, let problem, let found, let expected, let advice):
      let ending = advice.isEmpty ? "" : "; \(advice)"
      return "\(place): \(Self.name(key)) \(problem), found \(found), expected \(expected)\(ending)"
    }
  }

  /// A value by the keys that lead to it; no key leads to the whole.
  private static func name(_ path: String) -> String { path.isEmpty ? "the file" : "`\(path)`" }
}
