/// One value per spatial axis, written z, y, x: superior, anterior and right increasing (RAS+ read backwards).
///
/// Arrays everywhere in segprep are (channel, z, y, x) in C order: x is fastest in memory.
public struct ZYX<Value> {
  /// Towards superior; the slowest axis in memory.
  public var z: Value
  /// Towards anterior.
  public var y: Value
  /// Towards right; the fastest axis in memory.
  public var x: Value

  /// A triple of its parts in array order.
  public init(z: Value, y: Value, x: Value) {
    self.z = z
    self.y = y
    self.x = x
  }

  /// The part along an axis.
  public subscript(axis: SpatialAxis) -> Value {
    get {
      switch axis {
      case .x: x
      case .y: y
      case .z: z
      }
    }
    set {
      switch axis {
      case .x: x = newValue
      case .y: y = newValue
      case .z: z = newValue
      }
    }
  }

  /// A triple of `transform`'s results, axis by axis.
  public func map<Result>(_ transform: (Value) throws -> Result) rethrows -> ZYX<Result> {
    ZYX<Result>(z: try transform(z), y: try transform(y), x: try transform(x))
  }
}

extension ZYX {
  /// A triple filled by asking `value` for each axis.
  public init(_ value: (SpatialAxis) throws -> Value) rethrows {
    self.init(z: try value(.z), y: try value(.y), x: try value(.x))
  }
}

extension ZYX {
  /// The values in the order z, y, x.
  public var array: [Value] { [z, y, x] }
}

extension ZYX: Sendable where Value: Sendable {}
extension ZYX: Equatable where Value: Equatable {}
extension ZYX: Hashable where Value: Hashable {}
extension ZYX: Encodable where Value: Encodable {}
extension ZYX: Decodable where Value: Decodable {}

/// The axes of space. The raw value is the axis' place in an (x, y, z) vector and in an affine's columns.
public enum SpatialAxis: Int, CaseIterable, Sendable, Codable {
  case x = 0
  case y = 1
  case z = 2
}

/// A volume's number of voxels along each axis.
public typealias Shape = ZYX<Int>

/// A voxel's size along each axis in millimetres.
public typealias Spacing = ZYX<Double>

extension ZYX<Int> {
  /// The number of voxels.
  public var count: Int { z * y * x }
}

extension ZYX<Int>: CustomStringConvertible {
  /// Axes in array order: `201x249x249` is z, y, x.
  public var description: String { "\(z)x\(y)x\(x)" }
}
