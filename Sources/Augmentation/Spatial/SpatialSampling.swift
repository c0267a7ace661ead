/// How a patch is read between its voxels and beyond them.
public struct SpatialSampling: Sendable, Equatable, Codable {
  /// How an image value between voxels is found.
  public enum Order: Int, Sendable, Codable, CaseIterable {
    /// The nearest voxel's value.
    case nearest = 0
    case linear = 1
    /// Cubic B-spline with prefilter, as SciPy's `order=3`.
    case cubic = 3
  }

  /// How a class between voxels is found.
  public enum LabelRule: String, Sendable, Codable, CaseIterable {
    /// The nearest voxel's.
    case nearest
    /// The class of the greatest trilinear weight; ties go to the lower class.
    case argmax
  }

  /// What lies beyond the source, for image and label alike. The meanings are those of SciPy's modes of the same name.
  public enum Border: String, Sendable, Codable, CaseIterable {
    /// The image's pad value and background, everywhere beyond the outermost voxels' centres.
    case constant
    /// The outermost voxels go on.
    case nearest
    /// d c b | a b c d | c b a.
    case mirror
  }

  /// For the image.
  public var imageOrder: Order
  /// For the label.
  public var labelRule: LabelRule
  /// For both.
  public var border: Border

  /// Fast sampling unless said otherwise: linear and nearest, the pad value beyond the border.
  public init(imageOrder: Order = .linear, labelRule: LabelRule = .nearest, border: Border = .constant) {
    self.imageOrder = imageOrder
    self.labelRule = labelRule
    self.border = border
  }
}
