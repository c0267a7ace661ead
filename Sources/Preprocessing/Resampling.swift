import Volumes

/// How a value between voxels is found.
public enum InterpolationOrder: Int, Sendable, Codable, CaseIterable {
  /// The nearest voxel's value.
  case nearest = 0
  case linear = 1
  /// Cubic B-spline with prefilter, as SciPy's `order=3`.
  case cubic = 3
}

/// What lies outside the first and last voxel of a line.
public enum Border: String, Sendable, Codable, CaseIterable {
  /// d c b | a b c d | c b a, SciPy's `mirror`.
  case mirror
  /// a a a | a b c d | d d d, SciPy's `nearest`.
  case nearest
}

/// How a label map is resampled at order 1.
public enum LabelRule: String, Sendable, Codable, CaseIterable {
  /// Each label on its own, weight of 0.5 or more; the highest label wins; none gives background (the paper's rule).
  case threshold
  /// The label of the greatest weight; ties go to the lower value.
  case argmax
}

/// How a fractional number of voxels becomes a number of voxels.
public enum ShapeRounding: String, Sendable, Codable, CaseIterable {
  /// `floor(n * spacing / target + 1e-4)`: the addend keeps a quotient of 249.99999999997 from losing a row.
  case floor
  /// Half to even, as NumPy's `round`.
  case round
}

/// Which size the new voxels have.
public enum GridRule: String, Sendable, Codable, CaseIterable {
  /// The old extent divided by the new shape, as SciPy's `grid_mode` and scikit-image: nothing is cut off.
  case extent
  /// Exactly the target spacing; the first voxel's outer corner stays where it was.
  case spacing
}

/// How an image and its label map are brought to another voxel size.
public struct Resampling: Sendable, Equatable {
  /// The voxel size asked for, in millimetres.
  public var spacing: Spacing
  /// How image values between voxels are found.
  public var imageOrder: InterpolationOrder
  /// `nearest` or `linear`.
  public var labelOrder: InterpolationOrder
  /// How labels that meet between voxels are decided, at order 1.
  public var labelRule: LabelRule
  /// How the new number of voxels is rounded.
  public var shape: ShapeRounding
  /// Whether the extent or the voxel size is kept exactly.
  public var grid: GridRule
  /// What an image holds beyond its edge.
  public var imageBorder: Border
  /// What a label holds beyond its edge.
  public var labelBorder: Border

  /// A resampling to `spacing`, the rest as the paper's pipeline has it.
  public init(
    spacing: Spacing, imageOrder: InterpolationOrder = .cubic, labelOrder: InterpolationOrder = .linear,
    labelRule: LabelRule = .threshold, shape: ShapeRounding = .floor, grid: GridRule = .extent,
    imageBorder: Border = .mirror, labelBorder: Border = .nearest
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

  /// The grid onto which a volume of `shape` voxels of size `spacing` is sampled.
  ///
  /// An axis whose spacing equals the target's within 1e-4 (relative) is left exactly as it is.
  public func target(shape source: Shape, spacing sourceSpacing: Spacing) -> TargetGrid {
    var shape = source
    var index = ZYX(z: LinearIndexMap.identity, y: .identity, x: .identity)
    for axis in SpatialAxis.allCases {
      let ratio = spacing[axis] / sourceSpacing[axis]
      if abs(ratio - 1) <= 1e-4 { continue }
      let exact = Double(source[axis]) / ratio
      let count = self.shape == .floor ? (exact + 1e-4).rounded(.down) : exact.rounded(.toNearestOrEven)
      // A header can claim any spacing; a limit no array reaches keeps the arithmetic that follows from overflowing.
      shape[axis] = Int(min(max(1, count), Double(TargetGrid.longestAxis)))
      // An axis shorter than half the target is one voxel of its own extent: exactly the target would centre it outside.
      let step = grid == .extent || exact < 0.5 ? Double(source[axis]) / Double(shape[axis]) : ratio
      index[axis] = LinearIndexMap(scale: step, offset: 0.5 * step - 0.5)
    }
    return TargetGrid(source: source, shape: shape, index: index)
  }
}

/// A grid of voxels laid over another volume's.
public struct TargetGrid: Sendable, Equatable {
  /// The shape of the volume that is sampled.
  public let source: Shape
  /// The shape of this grid.
  public let shape: Shape
  /// For each axis, where index i of this grid lies among the source's indices.
  public let index: ZYX<LinearIndexMap>

  /// More voxels than any axis of a medical volume has.
  static let longestAxis = ArrayLayout.longestAxis

  /// The grid that is the source itself.
  public init(identityOf shape: Shape) {
    self.init(source: shape, shape: shape, index: ZYX(z: .identity, y: .identity, x: .identity))
  }

  init(source: Shape, shape: Shape, index: ZYX<LinearIndexMap>) {
    self.source = source
    self.shape = shape
    self.index = index
  }

  /// Source coordinate of index i along an axis, computed in the order SciPy's zoom computes it: (i + 0.5) * step - 0.5.
  func coordinate(_ i: Int, _ axis: SpatialAxis) -> Double {
    index[axis] == .identity ? Double(i) : (Double(i) + 0.5) * index[axis].scale - 0.5
  }
}
