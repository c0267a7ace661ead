import Parallelism

extension ShardWriter {
  /// The manifest's entry of a file that no manifest vouches for, because a run was stopped or its manifest is lost; nil
  /// unless the file holds the patches that `write` would put there, and their voxels, checksums and counts agree.
  /// - Parameter manifest: says which cases there are.
  public func sound(
    _ file: ShardFile, in manifest: ShardManifest, on workers: Workers
  ) -> ShardManifest.File? {
    guard let written = existing(file), let reader = try? ShardReader(path: path(of: file)),
      reader.index.patches == file.patches, reader.cases.values.allSatisfy(file.cases.contains)
    else { return nil }
    let entry = ShardManifest.File(file, written: written)
    let damages = try? ShardReferences(folder: folder, manifest: manifest, entry: entry).check(on: workers)
    return damages?.isEmpty == true ? entry : nil
  }
}
