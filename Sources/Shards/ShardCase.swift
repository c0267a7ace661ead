import Prepared
import Volumes

/// What a shard says about a case that it has patches of.
public struct ShardCase: Sendable, Equatable {
  /// The case's name in the data set.
  public var caseIdentifier: String
  /// Maps a prepared voxel's index (x, y, z) to millimetres in RAS+ space.
  public var affine: Affine
  /// Voxels of the prepared volume along z, y, x.
  public var shape: Shape
  /// What stands outside the volume, one value per channel.
  public var padValues: [Double]
  /// SHA-256 of the raw images, one per channel, in hexadecimal.
  public var sourceHashes: [String]
  /// SHA-256 of the raw label; nil for an unlabelled case.
  public var labelHash: String?
  /// SHA-256 of the prepared case's file.
  public var preparedHash: String

  /// What a shard says about a case.
  public init(
    caseIdentifier: String, affine: Affine, shape: Shape, padValues: [Double], sourceHashes: [String],
    labelHash: String?, preparedHash: String
  ) {
    self.caseIdentifier = caseIdentifier
    self.affine = affine
    self.shape = shape
    self.padValues = padValues
    self.sourceHashes = sourceHashes
    self.labelHash = labelHash
    self.preparedHash = preparedHash
  }

  /// What the prepared case's file and its entry in the manifest say.
  public init(_ reader: CaseFileReader, preparedHash: String) {
    self.init(
      caseIdentifier: reader.caseIdentifier, affine: reader.affine, shape: reader.shape,
      padValues: reader.statistics.channels.map(\.minimum), sourceHashes: reader.source.images.map(\.sha256),
      labelHash: reader.source.label?.sha256, preparedHash: preparedHash)
  }
}
