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
  public let extents: [Int]
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
  /// The sform's affine; nil where its code is 0.
  public let sform: Affine?
  /// The affine of quaternion, offset and pixdim; nil where its code is 0.
  public let qform: Affine?
  /// Which of them `affine` is: sform before qform before pixdim.
  public let transformSource: TransformSource
  /// Maps array indices (i, j, k), fastest first, to millimetres in RAS+ space.
  public let affine: Affine
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
    guard extents.allSatisfy({ $0 <= ArrayLayout.longestAxis }) else {
      throw NIfTIError.badDimensions(
        path: path, found: extents.map(String.init).joined(separator: "x"),
        expected: "at most \(ArrayLayout.longestAxis) voxels along each axis")
    }
    return ArrayLayout(
      extents: extents, orientation: orientation, scalar: scalar, isByteSwapped: isByteSwapped, slope: slope,
      intercept: intercept)
  }

  /// Reads a file's header, unpacking only as much as it needs.
  public init(path: String) throws {
    let stream = try openByteStream(path)
    try self.init(path: path, bytes: Self.headerBytes(of: stream, path: path))
  }

  static func headerBytes(of stream: any ByteStream, path: String) throws -> [UInt8] {
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

  init(path: String, bytes: [UInt8]) throws {
    let raw = try RawHeader(path: path, bytes: bytes)
    guard let image = raw.libniftiImage() else {
      throw NIfTIError.notNIfTI(path: path, found: "a header that libnifti refuses")
    }
    defer { nifti_image_free(image) }
    let nim = image.pointee

    self.path = path
    version = raw.version
    extents = raw.extents
    scalar = raw.scalar
    isByteSwapped = raw.isByteSwapped
    let isScaled = raw.slope != 0 && raw.slope.isFinite
    slope = isScaled ? raw.slope : 1
    intercept = isScaled ? raw.intercept : 0
    guard intercept.isFinite else { throw NIfTIError.badIntercept(path: path, found: "\(intercept)") }
    sformCode = Int(nim.sform_code)
    qformCode = Int(nim.qform_code)
    sform = sformCode > 0 ? Affine(nim.sto_xyz) : nil
    qform = qformCode > 0 ? Affine(nim.qto_xyz) : nil
    if let sform {
      (transformSource, affine) = (.sform, sform)
    } else if let qform {
      (transformSource, affine) = (.qform, qform)
    } else {
      (transformSource, affine) = (.pixdim, Self.centred(extents: extents, spacing: raw.pixdim))
    }
    try Self.check(transformSource, affine, raw, path: path)
    voxelOffset = raw.isPair ? max(0, raw.voxelOffset) : max(raw.version == 1 ? 352 : 544, raw.voxelOffset)
    dataPath = try raw.isPair ? Self.partner(of: path) : path
  }

  /// Refuses a transform that loses an axis, or one in which libnifti had to replace a number.
  private static func check(_ source: TransformSource, _ affine: Affine, _ raw: RawHeader, path: String) throws {
    let isSound: Bool
    let numbers: String
    switch source {
    case .sform:
      let rows = stride(from: 0, to: 12, by: 4).map { "(\(text(raw.sform[$0..<($0 + 4)])))" }
      (isSound, numbers) = (raw.sform.allSatisfy(\.isFinite), rows.joined(separator: " "))
    case .qform where raw.quaternion.allSatisfy(\.isFinite):
      isSound = raw.pixdim.allSatisfy { $0 > 0 && $0.isFinite }
      numbers = "with pixdim \(text(raw.pixdim))"
    case .qform: (isSound, numbers) = (false, "with quaternion and offset \(text(raw.quaternion))")
    case .pixdim: (isSound, numbers) = (true, text(raw.pixdim))
    }
    guard isSound && affine.isInvertible else {
      throw NIfTIError.badTransform(path: path, found: "\(source.rawValue) \(numbers)")
    }
  }

  private static func text(_ numbers: some Collection<Double>) -> String {
    numbers.map { "\($0)" }.joined(separator: ", ")
  }

  /// nibabel's base affine: voxel sizes, the array's centre at the origin, the first axis towards the left.
  private static func centred(extents: [Int], spacing: [Double]) -> Affine {
    var affine = Affine.identity
    for axis in 0..<3 {
      let step = axis == 0 ? -abs(spacing[axis]) : abs(spacing[axis])
      affine.rows[axis][axis] = step
      affine.rows[axis][3] = -step * Double(extents[axis] - 1) / 2
    }
    return affine
  }

  private static func partner(of path: String) throws -> String {
    let gzipped = path.hasSuffix(".gz")
    let stem = gzipped ? String(path.dropLast(3)) : path
    guard stem.hasSuffix(".hdr") || stem.hasSuffix(".img") else {
      throw NIfTIError.missingData(path: path, expected: "an .img file")
    }
    let image = String(stem.dropLast(4)) + ".img"
    for candidate in gzipped ? [image + ".gz", image] : [image, image + ".gz"] where Folder.isFile(candidate) {
      return candidate
    }
    throw NIfTIError.missingData(path: path, expected: gzipped ? image + ".gz" : image)
  }
}

extension Affine {
  fileprivate init(_ m: nifti_dmat44) {
    let (a, b, c, _) = m.m
    self.init(rows: [[a.0, a.1, a.2, a.3], [b.0, b.1, b.2, b.3], [c.0, c.1, c.2, c.3]])
  }
}
