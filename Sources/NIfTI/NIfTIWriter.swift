import CDeflate
import Files
import Volumes

/// Writes three-dimensional arrays as single-file NIfTI-1, plain or gzipped, as nibabel would.
///
/// A gzipped file is one gzip member without a time stamp: the same voxels give the same bytes.
public enum NIfTIWriter {
  /// Which of the header's two transforms carry the affine, with their codes (1 scanner, 2 aligned).
  public enum Form: Sendable, Equatable {
    /// The sform; the quaternion is filled in too where it can be, under qform_code 0.
    case sform(code: Int16)
    /// The quaternion; the sform is all zero, under sform_code 0.
    case qform(code: Int16)
    /// Both, under the same code.
    case both(code: Int16)
    /// Both where a quaternion can say the affine; for axes that are not at right angles the sform alone.
    case bothIfOrthogonal(code: Int16)
  }

  /// Writes an array; `path` is whole or as it was.
  /// - Parameters:
  ///   - voxels: the values, first axis fastest, in this machine's byte order.
  ///   - extents: voxels along each of the three axes, fastest first.
  ///   - affine: its columns are the steps of the array's axes in that order, in RAS+ millimetres.
  ///   - compressionLevel: libdeflate's, 1 (fastest) to 12; of no meaning for .nii.
  ///   - flush: whether to wait until the bytes are on the disk.
  /// - Precondition: as many bytes as the extents and the scalar type need.
  /// - Throws: `NIfTIWriterError`, or `FileError` when the system refuses.
  public static func write(
    _ voxels: UnsafeRawBufferPointer, extents: [Int], scalar: ScalarType, affine: Affine, form: Form,
    to path: String, compressionLevel: Int = 1, flush: Bool = true
  ) throws {
    precondition(extents.count == 3, "three extents, found \(extents.count)")
    let isCompressed = path.hasSuffix(".nii.gz")
    guard isCompressed || path.hasSuffix(".nii") else { throw NIfTIWriterError.name(path: path) }
    let header = try NIfTIHeaderBytes.make(extents: extents, scalar: scalar, affine: affine, form: form, path: path)
    precondition(
      voxels.count == extents.reduce(scalar.bytes, *), "\(voxels.count) bytes do not fill \(extents) of \(scalar)")
    if isCompressed {
      let member = try GzipMember(
        head: header, body: voxels, level: compressionLevel,
        failure: NIfTIWriterError.compressor(path: path, level: compressionLevel))
      try put([member.bytes], at: path, flush: flush)
    } else {
      try header.withUnsafeBytes { try put([$0, voxels], at: path, flush: flush) }
    }
  }

  private static func put(_ parts: [UnsafeRawBufferPointer], at path: String, flush: Bool) throws {
    try AtomicFile.write(to: path, flush: flush) { temporary in
      let file = try OpenFile(writing: temporary, truncate: true)
      var offset = 0
      for part in parts {
        try file.write(part, at: offset)
        offset += part.count
      }
    }
  }
}

/// One gzip member: a few bytes stored as they are, then many that libdeflate compresses where they lie.
///
/// libdeflate wants all it compresses in one piece. Storing the header as a deflate block of its own spares the copy that
/// would put header and voxels together.
private struct GzipMember {
  private let storage: Buffer<UInt8>
  private let count: Int

  /// The member's bytes; good as long as the member is.
  var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: storage.bytes[..<count]) }

  init(head: [UInt8], body: UnsafeRawBufferPointer, level: Int, failure: NIfTIWriterError) throws(NIfTIWriterError) {
    precondition(head.count <= Int(UInt16.max), "a stored block holds 65535 bytes, found \(head.count)")
    guard let compressor = libdeflate_alloc_compressor(Int32(clamping: level)) else { throw failure }
    defer { libdeflate_free_compressor(compressor) }
    // Magic, deflate, no flags, no time, level 1 is "fastest" (4), unknown system; then the stored block: not the last.
    var start: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, level == 1 ? 4 : 0, 0xFF, 0]
    Self.append(UInt16(head.count), to: &start)
    Self.append(~UInt16(head.count), to: &start)
    start += head
    let bound = libdeflate_deflate_compress_bound(compressor, body.count)
    storage = Buffer(count: start.count + bound + 8)
    let target = UnsafeMutableRawBufferPointer(storage.values)
    target.copyBytes(from: start)
    let place = UnsafeMutableRawBufferPointer(rebasing: target[start.count..<(start.count + bound)])
    let compressed = libdeflate_deflate_compress(compressor, body.baseAddress, body.count, place.baseAddress, bound)
    guard compressed > 0 else { throw failure }
    var checksum = head.withUnsafeBytes { libdeflate_crc32(0, $0.baseAddress, $0.count) }
    checksum = libdeflate_crc32(checksum, body.baseAddress, body.count)
    var end: [UInt8] = []
    Self.append(checksum, to: &end)
    Self.append(UInt32(truncatingIfNeeded: head.count + body.count), to: &end)
    let done = start.count + compressed
    UnsafeMutableRawBufferPointer(rebasing: target[done..<(done + 8)]).copyBytes(from: end)
    count = done + 8
  }

  private static func append<Value: FixedWidthInteger>(_ value: Value, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
