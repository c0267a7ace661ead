import Files
import Parallelism

/// Writes shards: patches of prepared cases in HDF5 files, one chunk a patch, each with its checksum. FORMAT.md beside
/// this file is the format.
///
/// The bytes depend on the files' patches, the layout and the plan, and on nothing else: not on the number of threads.
/// Each file is whole or not there.
public final class ShardWriter: Sendable {
  /// What the attribute `format` says.
  public static let format = "segprep-shard"
  /// What the attribute `format_version` says.
  public static let version = 1

  /// What all patches have in common.
  public let layout: ShardLayout
  /// The folder below which files are named.
  public let folder: String
  /// Whether to wait until a file is on the disk.
  public let sync: Bool
  private let plan: String
  let encoders = ScratchPool<ShardEncoder>()

  /// A writer of files into `folder`.
  /// - Parameters:
  ///   - plan: the resolved plan as JSON; it is put into each file as it is, and another plan means other files.
  ///   - sync: whether to wait until a file is on the disk before it gets its name.
  public init(layout: ShardLayout, plan: String, folder: String, sync: Bool = true) {
    self.layout = layout
    self.plan = plan
    self.folder = folder
    self.sync = sync
  }

  /// The most memory that `write` takes for patches on `workers` threads, in bytes.
  public func forecastBytes(workers: Int) -> Int { (workers + 1) * ShardEncoder.bytes(layout) }

  /// Writes files.
  /// - Parameters:
  ///   - fill: cuts a patch (by its place in `files` and in the file) into the buffers; called from several threads, in
  ///     about the order of the patches.
  ///   - finished: called for each file that has its name, from any thread but never from two at a time for one file.
  /// - Returns: where the time went.
  /// - Throws: what `fill` throws, `ShardError`, `HDF5Error` or `FileError`; files that are finished stay.
  /// - Precondition: every file has a patch.
  public func write(
    _ files: [ShardFile], on workers: Workers,
    fill: @escaping @Sendable (_ file: Int, _ patch: Int, _ buffers: ShardBuffers) throws -> Void,
    finished: @escaping @Sendable (_ file: Int, _ written: WrittenShard) throws -> Void
  ) throws -> ShardTimes {
    precondition(files.allSatisfy { !$0.patches.isEmpty }, "a shard without a patch")
    return try ShardAssembly(self, files: files, workers: workers.count, fill: fill, finished: finished)
      .run(on: workers)
  }

  /// The path of a file.
  public func path(of file: ShardFile) -> String { folder + "/" + file.name(isLabelled: layout.isLabelled) }

  func begin(_ file: ShardFile) throws -> ShardFileBuilder {
    try ShardFileBuilder(file, layout: layout, plan: plan, path: path(of: file))
  }

  /// What is known of a file that is there already with the very content that `write` would give it; nil where it is not.
  ///
  /// A run that was stopped goes on so. The file was renamed whole; whether its bytes are still those is what its hash,
  /// once compared with a manifest's, says.
  public func existing(_ file: ShardFile) -> WrittenShard? {
    guard let reader = current(file), let (bytes, sha256) = try? SHA256.hash(file: reader.path) else { return nil }
    return WrittenShard(
      bytes: bytes, sha256: sha256, classCounts: reader.index.classCounts, worstRounding: reader.worstRounding,
      index: reader.indexPlaces)
  }

  /// Whether a file is there that says of itself that it holds the very content that `write` would give it.
  public func isCurrent(_ file: ShardFile) -> Bool { current(file) != nil }

  private func current(_ file: ShardFile) -> ShardReader? {
    guard let reader = try? ShardReader(path: path(of: file)), reader.layout == layout,
      reader.contentDigest == file.digest(layout, plan: plan)
    else { return nil }
    return reader
  }
}

/// A shard that was written.
public struct WrittenShard: Sendable, Equatable {
  /// The file's length.
  public var bytes: Int
  /// The whole file's hash, in hexadecimal.
  public var sha256: String
  /// Voxels per class, patch by patch, margins not counted; no class without labels.
  public var classCounts: [[Int]]
  /// The greatest rounding error of any voxel; nil for float32.
  public var worstRounding: Double?
  /// Where the columns of the index lie.
  public var index: ShardManifest.IndexPlaces
}
