import Volumes

/// Where each voxel of an output patch lies in its source: rotation, scale, elastic displacement, mirror, jitter and crop
/// as one map.
///
/// An output index p (z, y, x) lies at the source index `linear * (p + displacement(p)) + offset`. Whatever is composed
/// acts on the coordinates that are there, about the point of the source that the output's centre lies on.
public struct SpatialMap: Sendable, Equatable {
  /// A row for each source axis, a column for each output axis.
  public private(set) var linear: ZYX<ZYX<Double>>
  /// Where the output's centre lies in the source.
  public private(set) var centre: ZYX<Double>
  /// Voxels of the output.
  public let output: Shape
  /// What moves output indices before anything else does.
  public var elastic: ElasticField?

  private init(linear: ZYX<ZYX<Double>>, centre: ZYX<Double>, output: Shape) {
    self.linear = linear
    self.centre = centre
    self.output = output
  }

  /// The map that lays the output on the source, centre on centre; as a crop of the middle where the source is larger.
  ///
  /// Where the two differ by an odd number of voxels, the crop begins at the lower of the two middle places.
  public static func identity(output: Shape, source: Shape) -> SpatialMap {
    SpatialMap(
      linear: ZYX { row in ZYX { $0 == row ? 1 : 0 } },
      centre: ZYX { axis in
        let start = (source[axis] - output[axis]) >> 1
        return Double(start) + Self.middle(output[axis])
      },
      output: output)
  }

  /// Where output index (0, 0, 0) lies in the source when nothing elastic moves it.
  public var offset: ZYX<Double> {
    let middle = output.map(Self.middle)
    return ZYX { row in centre[row] - Self.product(linear[row], middle) }
  }

  /// The source index that an output index lies at when nothing elastic moves it.
  public func source(of index: ZYX<Double>) -> ZYX<Double> {
    ZYX { row in
      let fromMiddle = ZYX<Double> { index[$0] - Self.middle(output[$0]) }
      return centre[row] + Self.product(linear[row], fromMiddle)
    }
  }

  /// Turns by `degrees.z` about the z axis, then about y, then about x, as batchgenerators does: coordinates as row
  /// vectors times Rz * Ry * Rx (its `angle_x` turns about the first array axis, our z). Of a single slice only the turn
  /// about z remains.
  public mutating func rotate(degrees: ZYX<Double>) {
    turn(degrees.z, from: .y, to: .x)
    guard !isPlanar else { return }
    turn(-degrees.y, from: .z, to: .x)
    turn(degrees.x, from: .z, to: .y)
  }

  /// Multiplies coordinates: factors above 1 shrink what is seen. A single slice keeps its z.
  public mutating func scale(by factors: ZYX<Double>) {
    for row in SpatialAxis.allCases where !(isPlanar && row == .z) {
      linear[row] = linear[row].map { $0 * factors[row] }
    }
  }

  /// Mirrors about the centre along the axes that are true.
  public mutating func mirror(_ axes: ZYX<Bool>) {
    for row in SpatialAxis.allCases where axes[row] { linear[row] = linear[row].map { 0 - $0 } }
  }

  /// Moves the output's centre by a number of source voxels: the jitter of a crop inside its margin.
  public mutating func shift(by voxels: ZYX<Double>) {
    centre = ZYX { centre[$0] + voxels[$0] }
  }

  /// Whether the output is a single slice: nothing then leaves it.
  public var isPlanar: Bool { output.z == 1 }

  /// Row vectors (first, second) times (cos, -sin; sin, cos).
  private mutating func turn(_ degrees: Double, from first: SpatialAxis, to second: SpatialAxis) {
    let turning = Turning(degrees: degrees)
    let (a, b) = (linear[first], linear[second])
    linear[first] = ZYX { turning.cosine * a[$0] + turning.sine * b[$0] }
    linear[second] = ZYX { turning.cosine * b[$0] - turning.sine * a[$0] }
  }

  private static func middle(_ count: Int) -> Double { Double(count - 1) / 2 }

  private static func product(_ row: ZYX<Double>, _ column: ZYX<Double>) -> Double {
    row.z * column.z + row.y * column.y + row.x * column.x
  }
}
