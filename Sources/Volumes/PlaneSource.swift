/// How an array of voxels lies in a file or in memory.
public struct ArrayLayout: Sendable, Equatable {
  /// Voxels along each array axis, fastest in memory first.
  public var extents: [Int]
  /// The direction of space each array axis follows.
  public var orientation: Orientation
  /// The type each value is stored as.
  public var scalar: ScalarType
  /// Whether the bytes of each value must be swapped on this machine.
  public var isByteSwapped: Bool
  /// A voxel's value is `stored * slope + intercept`.
  public var slope: Double
  /// Added after the slope.
  public var intercept: Double

  /// A layout; plain values unless a slope or intercept is given.
  public init(
    extents: [Int], orientation: Orientation, scalar: ScalarType, isByteSwapped: Bool = false, slope: Double = 1,
    intercept: Double = 0
  ) {
    precondition(extents.count == 3 && extents.allSatisfy { $0 > 0 }, "three extents of at least one voxel")
    self.extents = extents
    self.orientation = orientation
    self.scalar = scalar
    self.isByteSwapped = isByteSwapped
    self.slope = slope
    self.intercept = intercept
  }

  /// More voxels along one axis than any medical volume has; a header that claims more is not believed.
  public static let longestAxis = 1 << 18

  /// Voxels in one plane: the two fastest axes.
  public var planeCount: Int { extents[0] * extents[1] }
  /// Bytes in one plane as stored.
  public var planeBytes: Int { planeCount * scalar.bytes }
  /// The number of planes: the slowest axis.
  public var planes: Int { extents[2] }
  /// The array's shape in space.
  public var shape: Shape { orientation.shape(ofExtents: extents) }
}

/// Voxels that arrive plane by plane, in the order in which they lie on disk.
///
/// One thread at a time reads; what is done with a plane afterwards may go on elsewhere.
public protocol PlaneSource: AnyObject, Sendable {
  var layout: ArrayLayout { get }

  /// Fills `plane` (`layout.planeBytes` long) with the next plane's bytes as they are stored.
  func readPlane(into plane: UnsafeMutableRawBufferPointer) throws
}

/// The types a scalar voxel can be stored as.
public enum ScalarType: String, CaseIterable, Sendable, Codable {
  case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64

  /// Bytes per voxel.
  public var bytes: Int {
    switch self {
    case .uint8, .int8: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64: 8
    }
  }
}
