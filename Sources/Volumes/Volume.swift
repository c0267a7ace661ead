/// An image on a regular grid: float voxels in (channel, z, y, x) order, C order, x fastest.
public struct Volume: Sendable {
  /// Images on the one grid (CT 1, MRI one per sequence).
  public let channels: Int
  /// Voxels along z, y, x.
  public let shape: Shape
  /// `channels * shape.count` values, channel by channel.
  public let voxels: Buffer<Float>
  /// Maps a voxel index (x, y, z) to millimetres in RAS+ space.
  public let affine: Affine

  /// - Precondition: `voxels.count == channels * shape.count`.
  public init(channels: Int = 1, shape: Shape, voxels: Buffer<Float>, affine: Affine) {
    precondition(voxels.count == channels * shape.count, "\(voxels.count) voxels do not fill \(channels)x\(shape)")
    self.channels = channels
    self.shape = shape
    self.voxels = voxels
    self.affine = affine
  }
}

/// A segmentation on a regular grid: one class per voxel, (z, y, x) order, C order, x fastest.
public struct LabelMap: Sendable {
  /// Voxels along z, y, x.
  public let shape: Shape
  /// `shape.count` classes, 0 for background.
  public let classes: Buffer<UInt8>
  /// Maps a voxel index (x, y, z) to millimetres in RAS+ space.
  public let affine: Affine

  /// - Precondition: `classes.count == shape.count`.
  public init(shape: Shape, classes: Buffer<UInt8>, affine: Affine) {
    precondition(classes.count == shape.count, "\(classes.count) voxels do not fill \(shape)")
    self.shape = shape
    self.classes = classes
    self.affine = affine
  }
}
