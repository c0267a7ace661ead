import Files
import Foundation
import Prepared
import Preprocessing
import Volumes

/// `SHARDS/manifest.json`: what a folder of shards holds. Written last, and only from what is on the disk.
public struct ShardManifest: Sendable, Codable, Equatable {
  /// What the key `format` says.
  public static let format = "segprep-shards"
  /// The only version that is read and written.
  public static let version = 1

  /// Always `ShardManifest.format`.
  public var format = ShardManifest.format
  /// Always `ShardManifest.version` in what is written.
  public var formatVersion = ShardManifest.version
  /// The pipeline's name.
  public var name: String
  /// Channel names by channel number.
  public var channels: [String]
  /// Class names by class number; empty for a number that no class has.
  public var classes: [String]
  /// The digest of what decides the prepared cases' bytes.
  public var ingestDigest: String
  /// The digest of what decides the folds.
  public var foldsDigest: String
  /// The digest of what decides the patches and how they are stored.
  public var shardsDigest: String
  /// Folds that there are; 0 where one case alone makes none.
  public var folds: Int
  /// The prepared cases that patches were cut from, sorted by identifier.
  public var cases: [Case]
  /// In the pipeline's order.
  public var sets: [PatchSet]
  /// Sorted by name.
  public var files: [File]
  /// The numbers over the data set that the cases were prepared by; nil where no stage asks for such.
  public var datasetNumbers: DatasetNumbers?
  /// What fold_safe stages do to the stored values, to be applied where a fold is read; nil where there are none.
  public var deferredMaps: DeferredMaps?
  /// What to know about the whole.
  public var warnings: [String]

  /// A manifest of no files yet.
  public init(
    name: String, channels: [String], classes: [String], ingestDigest: String, foldsDigest: String,
    shardsDigest: String, folds: Int
  ) {
    self.name = name
    self.channels = channels
    self.classes = classes
    self.ingestDigest = ingestDigest
    self.foldsDigest = foldsDigest
    self.shardsDigest = shardsDigest
    self.folds = folds
    cases = []
    sets = []
    files = []
    warnings = []
  }

  /// A prepared case that patches were cut from.
  public struct Case: Sendable, Codable, Equatable {
    /// The case's name in the data set.
    public var caseIdentifier: String
    /// The fold that validates on it; nil where none does.
    public var fold: Int?
    /// The hash of the prepared file, in hexadecimal.
    public var preparedSha256: String

    /// A case in that fold.
    public init(caseIdentifier: String, fold: Int?, preparedSha256: String) {
      self.caseIdentifier = caseIdentifier
      self.fold = fold
      self.preparedSha256 = preparedSha256
    }
  }
}

extension ShardManifest {
  /// A set as it was configured, and what came of it.
  public struct PatchSet: Sendable, Codable, Equatable {
    /// The set's name, and its folder's.
    public var set: String
    /// As in the pipeline file: random or grid.
    public var sampling: String
    /// Voxels of a patch along z, y, x.
    public var shape: [Int]
    /// Voxels stored around it on each side, along z, y, x.
    public var margin: [Int]
    /// Of neighbouring windows, along z, y, x; of a grid.
    public var overlap: [Int]?
    /// Patches of each case; of random sampling.
    public var perCase: Int?
    /// The share that is put around a foreground voxel; of random sampling.
    public var foreground: Double?
    /// Of random sampling.
    public var seed: Int?
    /// Whether patches without foreground were left out.
    public var skipBlank: Bool?
    /// Augmented versions of each patch, stored instead of it; nil where patches are as they were prepared.
    public var variants: Int?
    /// How the image's voxels are stored.
    public var image: ShardLayout.ImageType
    /// How patches are packed.
    public var compression: String
    /// The compression's level, where there are levels.
    public var level: Int?
    /// Patches in all files.
    public var patches = 0
    /// Patches that hold at least one voxel of each class.
    public var classPatches: [Int] = []
    /// Voxels of each class in all patches, margins not counted.
    public var classVoxels: [Int] = []
    /// `classVoxels` as parts of their sum.
    public var classFractions: [Double] = []

    /// A set of that layout, sampled in that way; its other settings are to be filled in.
    public init(set: String, sampling: String, layout: ShardLayout) {
      self.set = set
      self.sampling = sampling
      shape = layout.shape.array
      margin = layout.margin.array
      image = layout.image
      compression = layout.compression.name
      level = layout.compression.level
    }

    /// Sums up the set's files.
    public mutating func count(_ files: [File]) {
      let own = files.filter { $0.set == set }
      patches = own.reduce(0) { $0 + $1.patches }
      classPatches = ClassCounts.sum(own.map(\.classPatches))
      classVoxels = ClassCounts.sum(own.map(\.classVoxels))
      let all = classVoxels.reduce(0, +)
      classFractions = classVoxels.map { all > 0 ? Double($0) / Double(all) : 0 }
    }
  }

  /// One file.
  public struct File: Sendable, Codable, Equatable {
    /// Below the manifest's folder.
    public var file: String
    /// The set it belongs to.
    public var set: String
    /// The fold that validates on its cases; nil where none does.
    public var fold: Int?
    /// The file's length.
    public var bytes: Int
    /// The file's hash, in hexadecimal.
    public var sha256: String
    /// The cases it has patches of, sorted.
    public var cases: [String]
    /// Patches in the file.
    public var patches: Int
    /// Patches that hold at least one voxel of each class; empty without labels.
    public var classPatches: [Int]
    /// Voxels of each class, margins not counted; empty without labels.
    public var classVoxels: [Int]
    /// The greatest rounding error of any voxel; nil for float32.
    public var worstRounding: Double?
    /// Where the columns of the index lie in the file, for readers without HDF5.
    public var index: IndexPlaces

    /// The entry of a file that was written.
    public init(_ file: ShardFile, written: WrittenShard) {
      self.file = file.name(isLabelled: !written.classCounts.allSatisfy(\.isEmpty))
      set = file.set
      fold = file.fold
      bytes = written.bytes
      sha256 = written.sha256
      cases = file.cases.map(\.caseIdentifier)
      patches = file.patches.count
      classPatches = ClassCounts.patches(written.classCounts)
      classVoxels = ClassCounts.sum(written.classCounts)
      worstRounding = written.worstRounding
      index = written.index
    }
  }

  /// Where the columns of a file's index lie: each is an array of its type (FORMAT.md) without gaps.
  public struct IndexPlaces: Sendable, Codable, Equatable {
    /// The offset of a column's first byte, by its name below /index.
    public var columns: [String: Int]
    /// Bytes of one entry of the column `case`.
    public var caseBytes: Int

    /// Columns at those places.
    public init(columns: [String: Int], caseBytes: Int) {
      self.columns = columns
      self.caseBytes = caseBytes
    }
  }
}
