import Foundation

/// The bytes of a NIfTI file as the format's specification lays them out, in either version and byte order.
struct HeaderBytes {
  var version = 1
  var isBigEndian = false
  var isPair = false
  /// The rank, then the extents.
  var dimensions = [3, 2, 3, 4]
  /// int16.
  var datatype = 4
  /// qfac, then the voxel sizes.
  var pixdim = [1.0, 1, 1, 1]
  /// nil: where the voxels are.
  var voxelOffset: Int?
  var slope = 1.0
  var intercept = 0.0
  /// xyzt_units; 0 says nothing.
  var units = 0
  var qformCode = 0
  var sformCode = 1
  /// b, c, d and the offset.
  var quaternion = [0.0, 0, 0, 0, 0, 0]
  var sform = [1.0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0]
  /// nil: what the version wants.
  var magic: [UInt8]?

  /// The first byte after the header and, in a single file, the four that say "no extensions".
  var firstByte: Int { isPair ? 0 : version == 1 ? 352 : 544 }

  var bytes: [UInt8] {
    var out = [UInt8](repeating: 0, count: (version == 1 ? 348 : 540) + (isPair ? 0 : 4))
    let extents = dimensions + Array(repeating: 1, count: max(0, 8 - dimensions.count))
    let sizes = pixdim + Array(repeating: 1, count: max(0, 8 - pixdim.count))
    let letters = [UInt8](isPair ? "ni".utf8 : "n+".utf8) + [UInt8(48 + version), 0]
    if version == 1 {
      put(Int32(348), in: &out, at: 0)
      for (place, value) in extents.enumerated() { put(Int16(value), in: &out, at: 40 + 2 * place) }
      put(Int16(datatype), in: &out, at: 70)
      floats(sizes, in: &out, at: 76)
      floats([Double(voxelOffset ?? firstByte), slope, intercept], in: &out, at: 108)
      put(UInt8(units), in: &out, at: 123)
      put(Int16(qformCode), in: &out, at: 252)
      put(Int16(sformCode), in: &out, at: 254)
      floats(quaternion + sform, in: &out, at: 256)
      out.replaceSubrange(344..<348, with: magic ?? letters)
    } else {
      put(Int32(540), in: &out, at: 0)
      out.replaceSubrange(4..<12, with: (magic ?? letters) + [13, 10, 26, 10])
      put(Int16(datatype), in: &out, at: 12)
      for (place, value) in extents.enumerated() { put(Int64(value), in: &out, at: 16 + 8 * place) }
      doubles(sizes, in: &out, at: 104)
      put(Int64(voxelOffset ?? firstByte), in: &out, at: 168)
      doubles([slope, intercept], in: &out, at: 176)
      put(Int32(qformCode), in: &out, at: 344)
      put(Int32(sformCode), in: &out, at: 348)
      doubles(quaternion + sform, in: &out, at: 352)
      put(Int32(units), in: &out, at: 500)
    }
    return out
  }

  /// Header and voxels in one file, the voxels being 0, 1, 2 ... as int16 in the header's byte order.
  func file(voxels: Int) -> [UInt8] { bytes + counting(voxels) }

  func counting(_ voxels: Int) -> [UInt8] {
    (0..<voxels).flatMap { voxel -> [UInt8] in
      let (high, low) = (UInt8(voxel >> 8), UInt8(voxel & 255))
      return isBigEndian ? [high, low] : [low, high]
    }
  }

  private func floats(_ values: [Double], in bytes: inout [UInt8], at offset: Int) {
    for (place, value) in values.enumerated() { put(Float(value).bitPattern, in: &bytes, at: offset + 4 * place) }
  }

  private func doubles(_ values: [Double], in bytes: inout [UInt8], at offset: Int) {
    for (place, value) in values.enumerated() { put(value.bitPattern, in: &bytes, at: offset + 8 * place) }
  }

  private func put(_ value: some FixedWidthInteger, in bytes: inout [UInt8], at offset: Int) {
    let ordered = isBigEndian ? value.bigEndian : value.littleEndian
    withUnsafeBytes(of: ordered) { bytes.replaceSubrange(offset..<offset + $0.count, with: $0) }
  }
}

/// gzip members of stored blocks (RFC 1952), made by hand so that they can be wrong.
enum Gzip {
  static func member(_ content: [UInt8], checksum: UInt32? = nil, length: Int? = nil) -> [UInt8] {
    var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    let pieces = stride(from: 0, to: max(1, content.count), by: 65_535).map {
      content[$0..<min(content.count, $0 + 65_535)]
    }
    for (place, piece) in pieces.enumerated() {
      out.append(place == pieces.count - 1 ? 1 : 0)
      out += little(UInt16(piece.count)) + little(~UInt16(piece.count)) + piece
    }
    return out + little(checksum ?? crc32(content)) + little(UInt32(length ?? content.count))
  }

  /// Several members, cut where `cuts` say.
  static func members(_ content: [UInt8], cutAt cuts: [Int]) -> [UInt8] {
    let ends = [0] + cuts + [content.count]
    return zip(ends, ends.dropFirst()).flatMap { member(Array(content[$0..<$1])) }
  }

  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    var crc = ~UInt32(0)
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 {
        let isOdd = crc & 1 == 1
        crc >>= 1
        if isOdd { crc ^= 0xEDB8_8320 }
      }
    }
    return ~crc
  }

  private static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}
