import CNIfTI
import Volumes

/// The header's fields that must be checked before libnifti sees them: sizes are computed from them, or libnifti puts
/// a 0 or a 1 in the place of what is no number.
struct RawHeader {
  let version: Int
  let isPair: Bool
  let isByteSwapped: Bool
  let extents: [Int]
  let scalar: ScalarType
  /// Voxel sizes along the first three axes; 1 for an axis that the file does not have and that has none.
  let pixdim: [Double]
  /// xyzt_units: the units of space and time.
  let units: Int
  let slope: Double
  let intercept: Double
  /// b, c, d and the offset of the qform; the twelve numbers of the sform.
  let quaternion: [Double]
  let sform: [Double]
  let voxelOffset: Int
  private let path: String
  private let bytes: [UInt8]

  /// 348 or 540, in either byte order; nil for anything else.
  static func size(_ bytes: [UInt8]) -> Int? {
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) }
    return [348, 540].first { value == $0 || value.byteSwapped == $0 }
  }

  init(path: String, bytes: [UInt8]) throws {
    self.path = path
    self.bytes = bytes
    guard let size = Self.size(bytes), bytes.count >= size else {
      throw NIfTIError.notNIfTI(path: path, found: "no header size")
    }
    let version = size == 348 ? 1 : 2
    self.version = version
    let reader = FieldReader(bytes: bytes, isSwapped: bytes[0] != UInt8(size & 255))
    isByteSwapped = reader.isSwapped

    let magic = Array(version == 1 ? bytes[344..<348] : bytes[4..<12])
    let wanted = Character(version == 1 ? "1" : "2").asciiValue
    guard magic[2] == wanted, magic[0] == 0x6e, magic[1] == 0x2b || magic[1] == 0x69, magic[3] == 0 else {
      let text = magic.prefix(4).allSatisfy { $0 == 0 } ? "an Analyze 7.5 header" : "magic bytes \(magic)"
      throw NIfTIError.notNIfTI(path: path, found: text)
    }
    isPair = magic[1] == 0x69

    let dimensions: [Int] = (0..<8).map {
      version == 1 ? Int(reader.value(40 + 2 * $0, Int16.self)) : Int(reader.value(16 + 8 * $0, Int64.self))
    }
    let code = Int(version == 1 ? reader.value(70, Int16.self) : reader.value(12, Int16.self))
    let scalar = Self.scalars[code]
    extents = try Self.extents(dimensions, path: path, voxelBytes: scalar?.bytes ?? 1)
    guard let scalar else {
      let name = String(cString: nifti_datatype_to_string(Int32(code)))
      // NIFTI_TYPE_RGB24 or DT_BINARY; unknown ones are **ILLEGAL** or DT_UNKNOWN.
      let short = name.split(separator: "_").last.map(String.init) ?? name
      let isKnown = !name.hasPrefix("**") && short != "UNKNOWN"
      throw NIfTIError.unsupportedType(
        path: path, found: "\(isKnown ? short : "of unknown type") (datatype \(code))")
    }
    self.scalar = scalar
    let rank = dimensions[0]
    pixdim = reader.reals(3, at: version == 1 ? 80 : 112, version: version).enumerated().map { axis, size in
      axis < rank || (size > 0 && size.isFinite) ? size : 1
    }
    units = version == 1 ? Int(bytes[123]) : Int(reader.value(500, Int32.self))
    let scaling = reader.reals(2, at: version == 1 ? 112 : 176, version: version)
    (slope, intercept) = (scaling[0], scaling[1])
    quaternion = reader.reals(6, at: version == 1 ? 256 : 352, version: version)
    sform = reader.reals(12, at: version == 1 ? 280 : 400, version: version)
    if version == 1 {
      let offset = Float(bitPattern: reader.value(108, UInt32.self))
      guard offset.isFinite, abs(offset) < 1e9 else {
        throw NIfTIError.badDimensions(path: path, found: "vox_offset \(offset)", expected: "a byte position")
      }
      voxelOffset = Int(offset)
    } else {
      voxelOffset = Int(reader.value(168, Int64.self))
      guard (0..<1 << 40).contains(voxelOffset) else {
        throw NIfTIError.badDimensions(path: path, found: "vox_offset \(voxelOffset)", expected: "a byte position")
      }
    }
  }

  /// libnifti's reading of the header; the caller frees it.
  func libniftiImage() -> UnsafeMutablePointer<nifti_image>? {
    nifti_set_debug_level(0)
    return bytes.withUnsafeBytes { raw in
      version == 1
        ? nifti_convert_n1hdr2nim(raw.loadUnaligned(as: nifti_1_header.self), path)
        : nifti_convert_n2hdr2nim(raw.loadUnaligned(as: nifti_2_header.self), path)
    }
  }

  private static func extents(_ dimensions: [Int], path: String, voxelBytes: Int) throws -> [Int] {
    let rank = dimensions[0]
    guard (1...7).contains(rank) else {
      throw NIfTIError.badDimensions(path: path, found: "\(rank) dimensions", expected: "1 to 7")
    }
    var extents = Array(dimensions[1...rank])
    let text = extents.map(String.init).joined(separator: "x")
    guard extents.allSatisfy({ $0 >= 1 }) else {
      throw NIfTIError.badDimensions(path: path, found: text, expected: "at least one voxel along each")
    }
    var bytes = voxelBytes
    for extent in extents {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
      guard !overflow, product < 1 << 44 else {
        throw NIfTIError.badDimensions(path: path, found: text, expected: "a volume below 16 TiB")
      }
      bytes = product
    }
    while extents.count > 3 && extents.last == 1 { extents.removeLast() }
    return extents + Array(repeating: 1, count: max(0, 3 - extents.count))
  }

  private static let scalars: [Int: ScalarType] = [
    2: .uint8, 4: .int16, 8: .int32, 16: .float32, 64: .float64, 256: .int8, 512: .uint16, 768: .uint32,
    1024: .int64, 1280: .uint64,
  ]
}

/// Reads numbers of a header in its own byte order.
private struct FieldReader {
  let bytes: [UInt8]
  let isSwapped: Bool

  func value<Value: FixedWidthInteger>(_ offset: Int, _ type: Value.Type) -> Value {
    let value = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
    return isSwapped ? value.byteSwapped : value
  }

  /// Floats of version 1, doubles of version 2.
  func reals(_ count: Int, at offset: Int, version: Int) -> [Double] {
    (0..<count).map {
      version == 1
        ? Double(Float(bitPattern: value(offset + 4 * $0, UInt32.self)))
        : Double(bitPattern: value(offset + 8 * $0, UInt64.self))
    }
  }
}
