import Volumes

/// What a sample of a batch is.
public struct StreamSample: Sendable {
  /// The case's name in the data set; empty where the last batch is filled up.
  public var caseIdentifier = ""
  /// The patch's number within its case and set.
  public var patch = 0
  /// The index in the prepared volume of the sample's first voxel, where augmentation moved it to; may be negative.
  public var origin = Shape(z: 0, y: 0, x: 0)
  /// The file it was read from, below the folder of shards.
  public var file = ""
  /// Its place in that file.
  public var place = 0
  /// How often the patch came before in this epoch.
  public var occurrence = 0
  /// False where the last batch is filled up, and for damaged patches that are skipped: then all voxels are 0.
  public var isValid = false
  /// What augmentation drew.
  public var drawn: (any Sendable)?

  /// A sample that fills up a batch.
  public init() {}
}
