import Volumes

/// How a case is brought to new voxel sizes.
public struct ResampleConfig: Sendable, Equatable {
  /// The voxel size that is wanted, in mm.
  public var spacing: Spacing
  /// How image values between voxels are found.
  public var imageOrder: InterpolationOrder
  /// How classes between voxels are found: `nearest` or `linear`.
  public var labelOrder: InterpolationOrder
  /// Which class wins between voxels; it counts only where `labelOrder` is `linear`.
  public var labelRule: LabelRule
  /// How the new number of voxels is rounded.
  public var shape: ShapeRule
  /// Which of the extent and the voxel size is kept exactly.
  public var grid: GridRule
  /// What lies outside the image.
  public var imageBorder: BorderRule
  /// What lies outside the label.
  public var labelBorder: BorderRule

  /// A resampling; the defaults are the KiTS19 paper's.
  public init(
    spacing: Spacing, imageOrder: InterpolationOrder = .cubic, labelOrder: InterpolationOrder = .linear,
    labelRule: LabelRule = .threshold, shape: ShapeRule = .floor, grid: GridRule = .extent,
    imageBorder: BorderRule = .mirror, labelBorder: BorderRule = .nearest
  ) {
    self.spacing = spacing
    self.imageOrder = imageOrder
    self.labelOrder = labelOrder
    self.labelRule = labelRule
    self.shape = shape
    self.grid = grid
    self.imageBorder = imageBorder
    self.labelBorder = labelBorder
  }
}

/// The order of the spline through the voxels.
public enum InterpolationOrder: Int, CaseIterable, Sendable {
  /// The nearest voxel.
  case nearest = 0
  /// Straight lines between voxels.
  case linear = 1
  /// A cubic B-spline through the voxels, prefiltered.
  case cubic = 3
}

/// Which class wins where a linearly resampled label lies between several.
public enum LabelRule: String, CaseIterable, Sendable {
  /// Each class by itself, at least 0.5; the last wins, and where there is none the background does.
  case threshold
  /// The class with the greatest share; the lower value wins a tie.
  case argmax
}

/// How the new number of voxels is rounded.
public enum ShapeRule: String, CaseIterable, Sendable {
  /// Down, after 1e-4 is added.
  case floor
  /// To the nearest, half to even.
  case round
}

/// Which of the extent and the voxel size is kept exactly.
public enum GridRule: String, CaseIterable, Sendable {
  /// The extent: the voxel size is the extent divided by the new shape.
  case extent
  /// The voxel size, from the first voxel's outer corner on.
  case spacing
}

/// What lies outside a volume.
public enum BorderRule: String, CaseIterable, Sendable {
  /// The volume, mirrored at the centres of its outer voxels.
  case mirror
  /// The nearest voxel.
  case nearest
}
