import CTorch

/// The type of a tensor's values.
public enum TensorType: String, Sendable, CaseIterable {
  case uint8, int64, float32, float64, bfloat16, bool

  var raw: ctorch_type {
    switch self {
    case .uint8: ctorch_uint8
    case .int64: ctorch_int64
    case .float32: ctorch_float32
    case .float64: ctorch_float64
    case .bfloat16: ctorch_bfloat16
    case .bool: ctorch_bool
    }
  }

  init(_ raw: ctorch_type) {
    guard let type = Self.allCases.first(where: { $0.raw == raw }) else {
      preconditionFailure("a type that is not used")
    }
    self = type
  }
}

/// A Swift type that a tensor's values can be copied from and to.
public protocol TensorValue: BitwiseCopyable, Sendable {
  /// The tensor's type for it.
  static var tensorType: TensorType { get }
}

extension UInt8: TensorValue {
  /// Always `uint8`.
  public static var tensorType: TensorType { .uint8 }
}
extension Int64: TensorValue {
  /// Always `int64`.
  public static var tensorType: TensorType { .int64 }
}
extension Float: TensorValue {
  /// Always `float32`.
  public static var tensorType: TensorType { .float32 }
}
extension Double: TensorValue {
  /// Always `float64`.
  public static var tensorType: TensorType { .float64 }
}
