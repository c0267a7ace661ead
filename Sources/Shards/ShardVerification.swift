import Files
import Parallelism
import Prepared

/// Holds a folder of shards against its manifest: names, lengths, hashes, every patch's checksum, every reference.
public struct ShardVerification: Sendable {
  private let folder: String
  private let manifest: ShardManifest
  /// The files, their lengths and hashes.
  public let files: FolderVerification

  /// A check of the folder.
  /// - Throws: `FileError`, and `ShardManifestError` where the manifest cannot be used.
  public init(folder: String) throws {
    self.folder = folder
    let manifest = try ShardManifest.required(folder: folder)
    self.manifest = manifest
    files = FolderVerification(
      folder: folder,
      listed: manifest.files.map { .init(file: $0.file, bytes: $0.bytes, sha256: $0.sha256, cases: $0.cases) },
      folders: manifest.sets.map(\.set))
  }

  /// Looks at every file, in parallel.
  /// - Parameter checked: called after each file, from any thread.
  /// - Returns: what is wrong, in the order of the manifest. A file whose `Damage` it is can be made anew.
  public func run(
    on workers: Workers, checked: @escaping @Sendable (FolderVerification.Checked) -> Void
  ) throws -> [Damage] {
    try files.run(
      on: workers,
      inspect: { index, isWhole in
        let entry = manifest.files[index]
        // HDF5 sees a file only once its bytes are known to be those that were written.
        return isWhole
          ? try ShardReferences(folder: folder, manifest: manifest, entry: entry).check(on: workers)
          : try ShardTriage(path: folder + "/" + entry.file, entry: entry).check(on: workers)
      }, checked: checked)
  }
}
