import Files
import Foundation
import Prepared

extension ShardManifest {
  /// Reads a folder's manifest; nil if there is none.
  public static func read(folder: String) throws -> ShardManifest? {
    let path = folder + "/manifest.json"
    guard Folder.isFile(path) else { return nil }
    return try read(path: path)
  }

  /// Reads the manifest that must be in a folder.
  /// - Throws: `ShardManifestError`.
  public static func required(folder: String) throws -> ShardManifest {
    guard let manifest = try read(folder: folder) else { throw ShardManifestError.absent(folder: folder) }
    return manifest
  }

  /// Reads a manifest, and holds it against the hash that it states of itself.
  /// - Throws: `FileError`, and `ShardManifestError` for a file that is no manifest of shards, one of another version, or
  ///   one that was changed.
  public static func read(path: String) throws -> ShardManifest {
    let bytes = try OpenFile(reading: path).contents()
    let data = Data(bytes)
    guard let head = ManifestHead(data), head.format == format else {
      throw ManifestHead.isNamed(format, in: data)
        ? ShardManifestError.damaged(path: path) : ShardManifestError.notAManifest(path: path)
    }
    guard head.formatVersion == version else {
      throw ShardManifestError.otherVersion(path: path, found: head.formatVersion)
    }
    guard let seal = ManifestSeal(bytes), seal.isWhole, let manifest = try? CanonicalJSON.value(Self.self, from: data),
      manifest.files.allSatisfy({ isBelow($0.file) && $0.patches >= 1 })
    else { throw ShardManifestError.damaged(path: path) }
    return manifest
  }

  /// Puts the manifest into the folder, atomically.
  /// - Parameter flush: whether to wait until it, and the names of the shards, are on the disk.
  public func write(folder: String, flush: Bool = true) throws {
    if flush {
      for set in sets { try Folder.synchronize("\(folder)/\(set.set)") }
    }
    try AtomicFile.write(try text(), to: folder + "/manifest.json", flush: flush)
  }

  /// The manifest's JSON, sealed.
  func text() throws -> String { try ManifestSeal.text(self) }

  /// Whether a file's name stays inside the folder: a manifest may come from anywhere.
  private static func isBelow(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return !parts.isEmpty && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
  }
}

/// Why a manifest of shards cannot be used.
public enum ShardManifestError: Error, Equatable, CustomStringConvertible {
  case notAManifest(path: String)
  /// Broken JSON, keys missing or of another type, or not the text that was written.
  case damaged(path: String)
  case otherVersion(path: String, found: Int)
  /// A folder without a manifest.
  case absent(folder: String)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .notAManifest(let path):
      "\(path): not a manifest of shards, found another text, expected JSON of format \"\(ShardManifest.format)\""
    case .damaged(let path):
      "\(path): the manifest is damaged, found other bytes than `segprep shard` wrote, expected those that its "
        + "manifest_sha256 states; run `segprep shard` again"
    case .absent(let folder):
      "\(folder): no manifest.json there, expected the folder that `segprep shard --out` wrote"
    case .otherVersion(let path, let found):
      "\(path): the manifest is of another version, found \(found), expected \(ShardManifest.version); "
        + "use the segprep that wrote it, or make the shards again"
    }
  }
}
