import CHDF5

/// The types a dataset can hold; all little-endian.
public enum ElementType: String, Sendable, Equatable, CaseIterable {
  case float16, float32, uint8, int32, uint32, int64

  /// Bytes per value.
  public var bytes: Int {
    switch self {
    case .uint8: 1
    case .float16: 2
    case .float32, .int32, .uint32: 4
    case .int64: 8
    }
  }

  /// HDF5's name for it; to be asked for inside the gateway.
  var identifier: hid_t {
    switch self {
    case .float16: segprep_h5_float16()
    case .float32: segprep_h5_float32()
    case .uint8: segprep_h5_uint8()
    case .int32: segprep_h5_int32()
    case .uint32: segprep_h5_uint32()
    case .int64: segprep_h5_int64()
    }
  }
}

/// A Swift integer that is a dataset's element as it lies in memory.
public protocol HDF5Element: BitwiseCopyable, FixedWidthInteger, Sendable {
  /// The dataset's type.
  static var elementType: ElementType { get }
}

extension UInt8: HDF5Element {
  /// One byte.
  public static var elementType: ElementType { .uint8 }
}
extension Int32: HDF5Element {
  /// Four bytes with sign.
  public static var elementType: ElementType { .int32 }
}
extension UInt32: HDF5Element {
  /// Four bytes without sign.
  public static var elementType: ElementType { .uint32 }
}
extension Int64: HDF5Element {
  /// Eight bytes with sign.
  public static var elementType: ElementType { .int64 }
}
