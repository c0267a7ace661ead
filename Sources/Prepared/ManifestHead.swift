import Files
import Foundation

/// What every version of every manifest says. It is read by itself: another version may have other keys, and is a manifest
/// none the less.
public struct ManifestHead: Decodable, Sendable, Equatable {
  /// What the manifest lists.
  public var format: String
  /// The version of that format.
  public var formatVersion: Int

  /// The head of a manifest's JSON; nil for anything else.
  public init?(_ json: Data) {
    guard let head = try? CanonicalJSON.value(ManifestHead.self, from: json) else { return nil }
    self = head
  }

  /// Whether a text that may be damaged, and no JSON any more, still names a format.
  public static func isNamed(_ format: String, in text: Data) -> Bool {
    text.range(of: Data("\"\(format)\"".utf8)) != nil
  }

  /// The head of a folder's manifest; nil where there is no manifest.
  /// - Throws: `FileError`.
  public static func read(folder: String) throws -> ManifestHead? {
    let path = folder + "/manifest.json"
    guard Folder.isFile(path) else { return nil }
    return ManifestHead(Data(try OpenFile(reading: path).contents()))
  }
}
