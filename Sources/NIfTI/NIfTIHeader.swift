import CNIfTI
import Files
import Volumes

/// What a NIfTI-1 or NIfTI-2 header says, its meaning worked out by libnifti.
public struct NIfTIHeader: Sendable {
  /// Where the voxel-to-millimetre transform comes from.
  public enum TransformSource: String, Sendable, Codable {
    case sform, qform
    /// Neither form is set: voxel sizes only, centred, first axis towards the left (as nibabel reads it).
    case pixdim
  }

  /// The file the header was read from.
  public let path: String
  /// 1 or 2.
  public let version: Int
  /// All dimensions as written, fastest first; trailing dimensions of 1 are dropped, three at least are kept.
  public internal(set) var extents: [Int]
  /// The type each voxel is stored as.
  public let scalar: ScalarType
  /// Whether header and voxels are in the other byte order than this machine's.
  public let isByteSwapped: Bool
  /// A voxel's value is `stored * slope + intercept`; a slope of 0, NaN or infinity means unscaled (1, 0).
  public let slope: Double
  /// Added after the slope.
  public let intercept: Double
  /// 0 unknown, 1 scanner, 2 aligned, 3 Talairach, 4 MNI.
  public let sformCode: Int
  /// 0 unknown, 1 scanner, 2 aligned, 3 Talairach, 4 MNI.
  public let qformCode: Int
  /// The sform's affine, in millimetres; nil where its code is 0.
  public let sform: Affine?
  /// The affine of quaternion, offset and pixdim, in millimetres; nil where its code is 0.
  public let qform: Affine?
  /// Which of them `affine` is: sform before qform before pixdim.
  public let transformSource: TransformSource
  /// Maps array indices (i, j, k), fastest first, to millimetres in RAS+ space.
  public let affine: Affine
  /// The qform where the sform counts (`affine`) and the qform says something sound beside it; nil otherwise.
  public let otherAffine: Affine?
  /// What is odd in the header though its meaning is clear, one line each: a unit that is not mm, a size that is none.
  public let notes: [String]
  /// The first voxel's place in the (unpacked) data file.
  public let voxelOffset: Int
  /// The file that holds the voxels: the same, or the .img of a .hdr.
  public let dataPath: String

  /// The array's orientation, as nibabel's axis codes say it.
  public var orientation: Orientation { Orientation(closestTo: affine) }

  /// Bytes of all voxels.
  public var dataBytes: Int { extents.reduce(scalar.bytes, *) }

  /// How the voxels of a 3-D file lie on disk.
  /// - Throws: `NIfTIError.badDimensions` for a file of more than three dimensions.
  public func layout() throws -> ArrayLayout {
    guard extents.count == 3 else {
      throw NIfTIError.badDimensions(
        path: path, found: extents.map(String.init).joined(separator: "x"),
        expected: "three dimensions (a fourth one is channels only in layouts that say so)")
    }
    guard extents.allSatisfy({ $0 <= ArrayLayout.longestAxis }) else { throw tooLongAnAxis }
    return ArrayLayout(
      extents: extents, orientation: orientation, scalar: scalar, isByteSwapped: isByteSwapped, slope: slope,
      intercept: intercept)
  }

  var tooLongAnAxis: NIfTIError {
    .badDimensions(
      path: path, found: extents.map(String.init).joined(separator: "x"),
      expected: "at most \(ArrayLayout.longestAxis) voxels along each axis")
  }

  /// Reads a file's header, unpacking only as much as it needs; an .img file's is in the .hdr file beside it.
  public init(path: String) throws {
    let header = FilePair.header(of: path)
    let stream = try openByteStream(header ?? path)
    do {
      let bytes = try Self.headerBytes(of: stream, path: header ?? path)
      try self.init(path: header ?? path, bytes: bytes, voxelPath: header == nil ? nil : path)
    } catch NIfTIError.notNIfTI(path, let found) {
      guard header == nil, let expected = FilePair.expectedHeader(of: path) else {
        throw NIfTIError.notNIfTI(path: path, found: found)
      }
      throw NIfTIError.missingHeader(path: path, expected: expected)
    }
  }

  private static func headerBytes(of stream: any ByteStream, path: String) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 540)
    var got = try Self.read(stream, path, &bytes, 0..<348)
    guard got >= 4 else { throw NIfTIError.shortHeader(path: path, found: got, expected: 348) }
    let size = RawHeader.size(bytes)
    guard let size else {
      throw NIfTIError.notNIfTI(
        path: path, found: "first bytes \(bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " "))")
    }
    if size == 540 && got == 348 { got += try Self.read(stream, path, &bytes, 348..<540) }
    guard got == size else { throw NIfTIError.shortHeader(path: path, found: got, expected: size) }
    return Array(bytes.prefix(size))
  }

  private static func read(
    _ stream: any ByteStream, _ path: String, _ bytes: inout [UInt8], _ range: Range<Int>
  ) throws -> Int {
    do {
      return try bytes.withUnsafeMutableBytes { try stream.read(into: .init(rebasing: $0[range])) }
    } catch NIfTIError.truncatedGzip(let path, let found, _) {
      throw NIfTIError.truncatedGzip(path: path, found: found, expected: range.upperBound)
    }
  }

  private init(path: String, bytes: [UInt8], voxelPath: String?) throws {
    let raw = try RawHeader(path: path, bytes: bytes)
    guard let image = raw.libniftiImage() else {
      throw NIfTIError.notNIfTI(path: path, found: "a header that libnifti refuses")
    }
    defer { nifti_image_free(image) }

    self.path = path
    version = raw.version
    extents = raw.extents
    scalar = raw.scalar
    isByteSwapped = raw.isByteSwapped
    let isScaled = raw.slope != 0 && raw.slope.isFinite
    slope = isScaled ? raw.slope : 1
    intercept = isScaled ? raw.intercept : 0
    guard intercept.isFinite else { throw NIfTIError.badIntercept(path: path, found: "\(intercept)") }
    let transform = try HeaderTransform(raw, image.pointee, path: path)
    sformCode = transform.sformCode
    qformCode = transform.qformCode
    sform = transform.sform
    qform = transform.qform
    transformSource = transform.source
    affine = transform.affine
    otherAffine = transform.other
    notes = transform.notes
    voxelOffset = raw.isPair ? max(0, raw.voxelOffset) : max(raw.version == 1 ? 352 : 544, raw.voxelOffset)
    dataPath = try raw.isPair ? voxelPath ?? FilePair.voxels(of: path) : path
  }
}
