import Datasets
import Files

/// The file that folds come from, read once, when the plan is made: what was hashed is what is used.
public struct FoldsFile: Sendable, Equatable {
  /// What the file says.
  enum Content: Sendable, Equatable {
    case groups(GroupTable)
    case splits(SplitsFile)
  }

  let content: Content
  /// The SHA-256 of the file's bytes.
  public let sha256: String

  /// Bytes in the longest file that is read.
  private static let longest = 1 << 26

  /// Reads the file that `folds` names below `folder` (empty, or ending with a slash); nil where they name none.
  /// - Throws: `FoldsError`, with the line where there is one.
  init?(of folds: FoldsConfig, below folder: String) throws(FoldsError) {
    guard let name = folds.scheme.file else { return nil }
    let path = folder + name
    let bytes = try Self.bytes(at: path)
    let hash = SHA256()
    bytes.withUnsafeBytes { hash.update($0) }
    sha256 = hash.finish()
    switch folds.scheme {
    case .grouped(_, let column):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw FoldsError(path, "is not text", found: "bytes that are not UTF-8", expected: "CSV in UTF-8")
      }
      content = .groups(try GroupTable(text, file: path, column: column))
    default: content = .splits(try SplitsFile(bytes, file: path))
    }
  }

  private static func bytes(at path: String) throws(FoldsError) -> [UInt8] {
    do {
      let file = try OpenFile(reading: path)
      let length = try file.length()
      guard length <= longest else {
        throw FoldsError(
          path, "is too long for a file of folds", found: "\(length) bytes", expected: "at most \(longest)")
      }
      return try file.contents()
    } catch let error as FoldsError {
      throw error
    } catch {
      let text = "\(error)"
      throw FoldsError(
        path, "cannot be read", found: text.hasPrefix(path + ": ") ? String(text.dropFirst(path.count + 2)) : text,
        expected: "the file that `folds` names, below the pipeline file's folder")
    }
  }
}
