import Files
import Foundation
import NIfTI
import Prepared
import Shards

/// The kinds of file that `inspect` describes, told apart by what they hold.
enum InspectedFile {
  case preparedFolder, preparedManifest, shardFolder, shardManifest, preparedCase, nifti

  /// - Throws: `FileError`, and `InspectError` for a file whose name and first bytes are none of theirs.
  init(path: String) throws {
    if Folder.isFolder(path) {
      self = try Self.isOfShards(path + "/manifest.json") ? .shardFolder : .preparedFolder
      return
    }
    if path.hasSuffix(".json") {
      self = try Self.isOfShards(path) ? .shardManifest : .preparedManifest
      return
    }
    var start = [UInt8](repeating: 0, count: 8)
    let file = try OpenFile(reading: path)
    let got = try start.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
    if start == Self.hdf5Signature {
      self = .preparedCase
    } else if Self.isNamedAsNIfTI(path) || Self.beginsAsNIfTI(path) {
      self = .nifti
    } else {
      throw InspectError.unknownKind(path: path, start: Array(start.prefix(got)))
    }
  }

  /// Whether a manifest is one of shards, damaged or not; one that is absent is not.
  private static func isOfShards(_ manifest: String) throws -> Bool {
    guard Folder.isFile(manifest) else { return false }
    return ManifestHead.isNamed(ShardManifest.format, in: Data(try OpenFile(reading: manifest).contents()))
  }

  /// HDF5 file format specification, section II.A.
  private static let hdf5Signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]

  private static func isNamedAsNIfTI(_ path: String) -> Bool {
    let stem = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
    return [".nii", ".hdr", ".img"].contains { stem.hasSuffix($0) }
  }

  /// Whether there is a NIfTI header, right or wrong: what is wrong with it is the reader's to say.
  private static func beginsAsNIfTI(_ path: String) -> Bool {
    do {
      _ = try NIfTIHeader(path: path)
      return true
    } catch NIfTIError.empty, NIfTIError.notNIfTI, NIfTIError.shortHeader {
      return false
    } catch {
      return true
    }
  }
}

/// Why `inspect` cannot say anything about a file.
enum InspectError: Error, CustomStringConvertible {
  case unknownKind(path: String, start: [UInt8])

  var description: String {
    switch self {
    case .unknownKind(let path, let start):
      let bytes = start.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
      return "\(path): not a kind of file that inspect knows, found "
        + (start.isEmpty ? "no bytes" : "first bytes \(bytes)")
        + ", expected a NIfTI file (.nii, .nii.gz, .hdr), a prepared case (.h5), a manifest.json, "
        + "or the folder that holds one"
    }
  }
}
