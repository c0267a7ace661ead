import Volumes

/// How one voxel is stored.
struct StoredScalar {
  var scalar: ScalarType
  var isByteSwapped: Bool
  var slope: Double
  var intercept: Double

  /// The value of the i-th voxel of a run of stored voxels.
  func value(_ stored: UnsafeRawPointer, _ i: Int) -> Double {
    let at = i * scalar.bytes
    func integer<Value: FixedWidthInteger>(_ type: Value.Type) -> Value {
      let value = stored.loadUnaligned(fromByteOffset: at, as: Value.self)
      return isByteSwapped ? value.byteSwapped : value
    }
    let raw: Double
    switch scalar {
    case .uint8: raw = Double(integer(UInt8.self))
    case .int8: raw = Double(integer(Int8.self))
    case .uint16: raw = Double(integer(UInt16.self))
    case .int16: raw = Double(integer(Int16.self))
    case .uint32: raw = Double(integer(UInt32.self))
    case .int32: raw = Double(integer(Int32.self))
    case .uint64: raw = Double(integer(UInt64.self))
    case .int64: raw = Double(integer(Int64.self))
    case .float32: raw = Double(Float(bitPattern: integer(UInt32.self)))
    case .float64: raw = Double(bitPattern: integer(UInt64.self))
    }
    return raw * slope + intercept
  }
}

extension ArrayLayout {
  var storedScalar: StoredScalar {
    StoredScalar(scalar: scalar, isByteSwapped: isByteSwapped, slope: slope, intercept: intercept)
  }

  /// The value of the i-th voxel of a run of stored voxels.
  func value(_ stored: UnsafeRawPointer, _ i: Int) -> Double { storedScalar.value(stored, i) }
}
