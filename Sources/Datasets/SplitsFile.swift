import Foundation

/// Folds that somebody else made: nnU-Net's splits_final.json, a list of `{"train": [...], "val": [...]}`.
public struct SplitsFile: Sendable, Equatable {
  private struct Entry: Decodable {
    var train: [String]
    var val: [String]
  }

  /// The file's path, for messages.
  public let file: String
  /// How many folds it has.
  public let count: Int
  /// The fold that validates on each case.
  public let assignments: [String: Int]
  /// Folds whose `train` is not all that the other folds validate on.
  private let unusual: [Int]

  /// Reads the bytes of such a file.
  /// - Throws: where it is not one, or a case is validated on twice or in the fold that trains on it.
  public init(_ bytes: [UInt8], file: String) throws(FoldsError) {
    self.file = file
    let entries: [Entry]
    do {
      entries = try JSONDecoder().decode([Entry].self, from: Data(bytes))
    } catch {
      throw FoldsError(
        file, "is not a splits file", found: JSONProblem.words(error),
        expected: "a list of {\"train\": [identifiers], \"val\": [identifiers]}")
    }
    guard entries.count >= 2 else {
      throw FoldsError(file, "has too few folds", found: "\(entries.count)", expected: "at least 2")
    }
    var assignments: [String: Int] = [:]
    for (fold, entry) in entries.enumerated() {
      let train = Set(entry.train)
      for name in entry.val {
        guard !train.contains(name) else {
          throw FoldsError(
            file, "\(name) is in `train` and in `val` of fold \(fold)", found: "both", expected: "one of them")
        }
        if let other = assignments.updateValue(fold, forKey: name) {
          throw FoldsError(
            file, "\(name) is in `val` twice", found: "folds \(other) and \(fold)", expected: "one fold")
        }
      }
    }
    count = entries.count
    self.assignments = assignments
    unusual = entries.indices.filter { fold in
      Set(entries[fold].train) != Set(assignments.filter { $0.value != fold }.keys)
    }
  }

  /// The folds of these cases, and what to warn about.
  /// - Throws: where a case is in no `val`.
  public func splits(_ identifiers: [String]) throws(FoldsError) -> (splits: Splits, warnings: [String]) {
    let known = Set(identifiers)
    let missing = identifiers.filter { assignments[$0] == nil }.sortedByBytes()
    guard missing.isEmpty else {
      throw .missing(missing, file: file, expected: "each in the `val` of one fold")
    }
    let splits = Splits(assignments.filter { known.contains($0.key) }, count: count)
    var warnings: [String] = []
    let absent = assignments.keys.filter { !known.contains($0) }.sortedByBytes()
    if !absent.isEmpty {
      warnings.append(
        "folds: the file names \(absent.count == 1 ? "a case" : "\(absent.count) cases") that no labelled prepared case "
          + "is: \(DatasetError.listing(absent))")
    }
    if !unusual.isEmpty {
      warnings.append(
        "folds: `train` of fold \(unusual.map(String.init).joined(separator: ", ")) is not what the other folds "
          + "validate on; only `val` is used, and each fold trains on all its other cases")
    }
    return (splits, warnings)
  }
}
