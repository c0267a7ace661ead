import Parallelism
import Shards
import Volumes

/// A set's patches, to be read in any order, from any number of threads.
///
/// They come as a sequential stream of the split has them; what a fold_safe stage does is done to them.
public final class ShardSet: Sendable {
  /// What all patches have in common.
  public let layout: ShardLayout
  private let catalogue: SampleCatalogue
  private let decoders = ScratchPool<ShardDecoder>()

  /// Opens a set's shards.
  /// - Throws: `StreamError`, `ShardManifestError`, `ShardError`, `HDF5Error` or `FileError`.
  public init(at folder: String, set: String, split: StreamSplit = .all) throws {
    catalogue = try SampleCatalogue(folder: folder, set: set, split: split)
    layout = catalogue.layout
  }

  /// Patches that there are.
  public var count: Int { catalogue.entries.count }

  /// Where a patch comes from.
  public struct Entry: Sendable {
    /// What the index says of it.
    public let patch: ShardPatch
    /// The file, below the folder of shards.
    public let file: String
    /// Its place in that file.
    public let place: Int
    /// Its number within its case and set.
    public let number: Int
    /// The fold that validates on its case; nil where none does.
    public let fold: Int?
    /// Voxels of each class, its margin not counted.
    public let classCounts: [Int]
    /// Maps the patch's voxels (x, y, z), its margin not counted, to millimetres in RAS+ space.
    public let affine: Affine
  }

  /// Where the patch at `index` comes from.
  /// - Precondition: there are more than `index` patches.
  public func entry(_ index: Int) -> Entry {
    let entry = catalogue.entries[index]
    let (shard, patch) = (catalogue.shards[entry.shard], catalogue.patch(entry))
    let affine = shard.reader.cases[patch.caseIdentifier]?.affine ?? .identity
    return Entry(
      patch: patch, file: shard.file, place: entry.place, number: entry.number, fold: shard.reader.index.fold,
      classCounts: shard.reader.index.classCounts[entry.place],
      affine: affine.reindexed(by: ZYX { LinearIndexMap(scale: 1, offset: Double(patch.origin[$0])) }))
  }

  /// Reads the patch at `index`, its checksums included.
  /// - Precondition: there are more than `index` patches.
  /// - Throws: `FileError`, `ShardError.damagedPatch`, and `ShardError.beyondHalf`.
  public func load(
    _ index: Int, image: PatchOutput.Image, label: UnsafeMutablePointer<UInt8>?, keepsMargin: Bool = false
  ) throws {
    let entry = catalogue.entries[index]
    let decoder = decoders.take { ShardDecoder(layout) }
    defer { decoders.give(decoder) }
    var times = PatchTimes()
    let output = PatchOutput(image: image, label: label, keepsMargin: keepsMargin, maps: catalogue.maps)
    try catalogue.shards[entry.shard].reader.load(entry.place, to: output, checked: true, using: decoder, &times)
  }
}
