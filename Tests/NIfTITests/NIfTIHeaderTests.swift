import Foundation
import NIfTI
import TestSupport
import Testing
import Volumes

struct NIfTIHeaderTests {
  private let folder = TemporaryFolder()

  /// KiTS19's axes.
  static let kits = Affine(rows: [[0, 0, -0.75, 0], [0, -0.75, 0, 0], [-3, 0, 0, 0]])

  @Test(arguments: [1, 2], [false, true])
  func eitherVersionInEitherByteOrder(version: Int, isBigEndian: Bool) throws {
    var made = HeaderBytes(version: version, isBigEndian: isBigEndian)
    made.slope = 2.5
    made.intercept = -1024
    made.sform = [0, 0, -0.75, 10, 0, -0.75, 0, 20, -3, 0, 0, 30]
    let header = try read(made)
    #expect(header.version == version)
    #expect(header.isByteSwapped == isBigEndian)
    #expect(header.extents == [2, 3, 4])
    #expect(header.scalar == .int16)
    #expect((header.slope, header.intercept) == (2.5, -1024))
    #expect(header.affine == Affine(rows: [[0, 0, -0.75, 10], [0, -0.75, 0, 20], [-3, 0, 0, 30]]))
    #expect(header.orientation.codes == "IPL")
    #expect(header.dataBytes == 48)
    #expect(header.voxelOffset == (version == 1 ? 352 : 544))
  }

  // MARK: scaling

  @Test(arguments: [0, Double.nan, .infinity, -.infinity], [1, 2])
  func slopeThatIsNoNumberMeansUnscaled(slope: Double, version: Int) throws {
    for intercept in [7, Double.nan] {
      let header = try read(HeaderBytes(version: version, slope: slope, intercept: intercept))
      #expect((header.slope, header.intercept) == (1, 0))
    }
  }

  /// libnifti turns such an intercept into 0 without a word.
  @Test(arguments: [(Double.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf")], [1, 2])
  func interceptThatIsNoNumberIsAnError(intercept: (value: Double, text: String), version: Int) {
    #expect(
      message(HeaderBytes(version: version, slope: 2, intercept: intercept.value))
        == "a.nii: scl_inter is \(intercept.text), expected a finite number; mend the header")
  }

  // MARK: transform

  @Test func sformBeforeQformBeforePixdim() throws {
    var made = HeaderBytes(pixdim: [1, 2, 3, 4], qformCode: 1, sformCode: 2)
    made.quaternion = [0, 0, 1, 5, 6, 7]  // half a turn about z
    made.sform = [0.5, 0, 0, 1, 0, 0.5, 0, 2, 0, 0, 0.5, 3]
    let both = try read(made)
    #expect(both.transformSource == .sform)
    #expect((both.sformCode, both.qformCode) == (2, 1))
    #expect(both.affine == Affine(rows: [[0.5, 0, 0, 1], [0, 0.5, 0, 2], [0, 0, 0.5, 3]]))
    #expect(both.qform == Affine(rows: [[-2, 0, 0, 5], [0, -3, 0, 6], [0, 0, 4, 7]]))

    made.sformCode = 0
    let quaternion = try read(made)
    #expect(quaternion.transformSource == .qform)
    #expect(quaternion.affine == both.qform)
    #expect(quaternion.sform == nil)

    // As nibabel: the array's centre at the origin, the first axis towards the left.
    made.qformCode = 0
    let sizes = try read(made)
    #expect(sizes.transformSource == .pixdim)
    #expect(sizes.affine == Affine(rows: [[-2, 0, 0, 1], [0, 3, 0, -3], [0, 0, 4, -6]]))
    #expect(sizes.orientation.codes == "LAS")
  }

  /// KiTS19's nine qform-only label files: b2 + c2 + d2 is 0.9999999, which naive maths takes for a turn of 0.04 degrees.
  @Test(arguments: [1.0, -1])
  func nearlyHalfATurnIsHalfATurn(sign: Double) throws {
    var made = HeaderBytes(pixdim: [1, 3, 0.75, 0.75], qformCode: 1, sformCode: 0)
    made.quaternion = [sign * 0.70710677, 0, sign * -0.70710677, 0, 0, 0]
    let header = try read(made)
    #expect(header.orientation.codes == "IPL")
    for (found, expected) in zip(header.affine.rows.joined(), Self.kits.rows.joined()) {
      #expect(abs(found - expected) < 1e-6)
    }
  }

  @Test func qfacTurnsTheThirdAxisRound() throws {
    var made = HeaderBytes(pixdim: [-1, 2, 3, 4], qformCode: 1, sformCode: 0)
    #expect(try read(made).affine == Affine(rows: [[2, 0, 0, 0], [0, 3, 0, 0], [0, 0, -4, 0]]))
    made.pixdim[0] = 0  // read as 1
    #expect(try read(made).affine == Affine(rows: [[2, 0, 0, 0], [0, 3, 0, 0], [0, 0, 4, 0]]))
  }

  @Test func sizeIsTheColumnsNormNotThePixdim() throws {
    var made = HeaderBytes(pixdim: [1, 9, 9, 9])
    made.sform = [0.8, -0.6, 0, 0, 0.6, 0.8, 0, 0, 0, 0, 2, 0]
    let spacing = try read(made).affine.spacing
    #expect(abs(spacing.x - 1) < 1e-7 && abs(spacing.y - 1) < 1e-7 && spacing.z == 2)
  }

  /// libnifti takes a voxel size of 0, NaN or less for 1.
  @Test(arguments: [0, -1, Double.nan, .infinity], [1, 2])
  func sizeThatIsNoSizeIsAnError(size: Double, version: Int) {
    let text = size.isNaN ? "nan" : size.isInfinite ? "inf" : "\(size)"
    #expect(
      message(HeaderBytes(version: version, pixdim: [1, 2, size, 3], qformCode: 1, sformCode: 0))
        == "a.nii: the header places the voxels nowhere, found qform with pixdim 2.0, \(text), 3.0, "
        + "expected three independent axes; mend the sform or qform")
    // The sform alone decides where there is one.
    #expect(message(HeaderBytes(version: version, pixdim: [1, 2, size, 3])) == nil)
    if size == -1 { return }  // nibabel takes the size of such a file without a form
    #expect(
      message(HeaderBytes(version: version, pixdim: [1, 2, size, 3], sformCode: 0))?
        .hasPrefix("a.nii: the header places the voxels nowhere, found pixdim ") == true)
  }

  @Test func flatSformIsAnError() {
    var made = HeaderBytes()
    made.sform = [Double](repeating: 0, count: 12)
    #expect(
      message(made) == "a.nii: the header places the voxels nowhere, "
        + "found sform (0.0, 0.0, 0.0, 0.0) (0.0, 0.0, 0.0, 0.0) (0.0, 0.0, 0.0, 0.0), "
        + "expected three independent axes; mend the sform or qform")
  }

  /// libnifti turns them into 0: the volume would move to another place without a word.
  @Test(arguments: [1, 2], [(3, Double.nan), (5, .infinity), (7, .nan), (11, -.infinity)])
  func numbersThatAreNoneInTheUsedFormAreAnError(version: Int, entry: (place: Int, value: Double)) {
    var made = HeaderBytes(version: version)
    made.sform[entry.place] = entry.value
    let found = message(made)
    #expect(found?.hasPrefix("a.nii: the header places the voxels nowhere, found sform (1.0, 0.0, ") == true)
    made = HeaderBytes(version: version, qformCode: 1, sformCode: 0)
    made.quaternion[entry.place % 6] = entry.value
    #expect(message(made)?.hasPrefix("a.nii: the header places the voxels nowhere, found qform ") == true)
  }

  /// The other form serves where two files must be laid over each other; an unsound one does not.
  @Test func qformIsTheOtherAffineBesideAnSform() throws {
    var made = HeaderBytes(pixdim: [1, 2, 3, 4], qformCode: 1, sformCode: 2)
    let both = try read(made)
    #expect(both.otherAffine == both.qform && both.qform != nil)
    made.quaternion[0] = .nan
    #expect(try read(made).otherAffine == nil)
    made.qformCode = 0
    #expect(try read(made).otherAffine == nil)
    #expect(try read(HeaderBytes(qformCode: 1, sformCode: 0)).otherAffine == nil)
  }

  @Test(arguments: [0, -0.0, Double.nan, .infinity], [1, 2])
  func sformStandsInForASizeThatIsNone(size: Double, version: Int) throws {
    let header = try read(HeaderBytes(version: version, pixdim: [1, 2, size, 3]))
    let text = size.isNaN ? "nan" : size.isInfinite ? "inf" : "\(size)"
    #expect(header.notes == ["pixdim 2.0, \(text), 3.0 is no voxel size: the sform's is used"])
    #expect(header.affine == .identity)
    #expect(try read(HeaderBytes(version: version)).notes == [])
  }

  /// As nibabel and libnifti: a slice is 1 mm thick where the file says nothing of a third axis.
  @Test(arguments: [0, Double.nan])
  func axisThatTheFileLacksNeedsNoSize(size: Double) throws {
    let flat = [2, 2, 3]
    let sizes = [1, 0.5, 0.75, size]
    #expect(
      try read(HeaderBytes(dimensions: flat, pixdim: sizes, sformCode: 0)).affine.spacing
        == Spacing(z: 1, y: 0.75, x: 0.5))
    #expect(
      try read(HeaderBytes(dimensions: flat, pixdim: sizes, qformCode: 1, sformCode: 0)).affine.spacing
        == Spacing(z: 1, y: 0.75, x: 0.5))
    #expect(try read(HeaderBytes(dimensions: flat, pixdim: sizes)).notes == [])
    #expect(message(HeaderBytes(dimensions: flat, pixdim: [1, 0.5, size, 1], sformCode: 0)) != nil)
  }

  // MARK: units

  /// Bits 3 to 5 are the unit of time (8 seconds), which changes nothing.
  @Test(arguments: [0, 2, 4, 7, 8, 10], [1, 2])
  func otherUnitsAreMillimetres(units: Int, version: Int) throws {
    let header = try read(HeaderBytes(version: version, units: units))
    #expect(header.affine == .identity && header.notes == [])
  }

  @Test(arguments: [(1, 1000.0, "metres"), (9, 1000, "metres"), (3, 0.001, "micrometres")], [1, 2])
  func metresAndMicrometresBecomeMillimetres(unit: (code: Int, factor: Double, name: String), version: Int) throws {
    // 1/64 m is 15.6 mm; a power of two is the same in the header's floats.
    var made = HeaderBytes(version: version, pixdim: [1, 0.015625, 0.03125, 0.0625], units: unit.code)
    made.sform = [0.015625, 0, 0, 1, 0, 0.03125, 0, 2, 0, 0, 0.0625, 3]
    made.quaternion = [0, 0, 0, 4, 5, 6]
    made.qformCode = 1
    let f = unit.factor
    let both = try read(made)
    #expect(
      both.affine == Affine(rows: [[0.015625 * f, 0, 0, f], [0, 0.03125 * f, 0, 2 * f], [0, 0, 0.0625 * f, 3 * f]]))
    #expect(both.sform == both.affine)
    #expect(both.qform?.origin == [4 * f, 5 * f, 6 * f])
    #expect(both.qform?.spacing == both.affine.spacing)
    #expect(both.notes == ["lengths are in \(unit.name) (xyzt_units): converted to millimetres"])
    made.sformCode = 0
    #expect(try read(made).affine == both.qform)
    made.qformCode = 0
    #expect(try read(made).affine.spacing == both.affine.spacing)
    #expect(try read(made).affine.origin == [0.015625 * f / 2, -0.03125 * f, -0.0625 * f * 1.5])
  }

  /// Found by fuzzing: sizes that are numbers in the header's unit and none in millimetres.
  @Test func sizesThatConversionLosesAreAnError() {
    var made = HeaderBytes(version: 2, units: 1)
    made.sform = [1e153, 0, 0, 0, 0, 0.001, 0, 0, 0, 0, 0.001, 0]
    #expect(message(made)?.hasPrefix("a.nii: the header places the voxels nowhere, found sform (1e+153, ") == true)
    made.units = 3
    made.sform = [1e-105, 0, 0, 0, 0, 1e-105, 0, 0, 0, 0, 1e-105, 0]
    #expect(message(made)?.hasPrefix("a.nii: the header places the voxels nowhere, found sform (1e-105, ") == true)
    made.units = 2
    #expect(message(made) == nil)
  }

  /// No scanner makes voxels of 10 cm: such a header means millimetres.
  @Test func impossibleMetresAreMillimetres() throws {
    var made = HeaderBytes(units: 1)
    made.sform = [1.5, 0, 0, 1, 0, 2, 0, 2, 0, 0, 2.5, 3]
    let header = try read(made)
    #expect(header.affine == Affine(rows: [[1.5, 0, 0, 1], [0, 2, 0, 2], [0, 0, 2.5, 3]]))
    #expect(
      header.notes
        == ["xyzt_units says metres, and voxels of 1.5 x 2.0 x 2.5 m cannot be: read as millimetres"])
    made.sform[0] = 0.0625  // one axis that can be
    #expect(try read(made).affine.spacing.x == 62.5)
  }

  // MARK: dimensions

  @Test func trailingOnesAreDropped() throws {
    #expect(try read(HeaderBytes(dimensions: [4, 2, 3, 4, 1])).extents == [2, 3, 4])
    #expect(try read(HeaderBytes(dimensions: [7, 2, 3, 4, 1, 1, 1, 1])).extents == [2, 3, 4])
    #expect(try read(HeaderBytes(dimensions: [2, 2, 3])).extents == [2, 3, 1])
    #expect(try read(HeaderBytes(dimensions: [1, 5])).extents == [5, 1, 1])
    #expect(try read(HeaderBytes(dimensions: [3, 2, 3, 1])).extents == [2, 3, 1])
  }

  @Test func fourDimensionsAreNoVolume() throws {
    let header = try read(HeaderBytes(dimensions: [4, 2, 3, 4, 5]))
    #expect(header.extents == [2, 3, 4, 5])
    #expect(
      folder.message { _ = try header.layout() }
        == "a.nii: unusable dimensions, found 2x3x4x5, "
        + "expected three dimensions (a fourth one is channels only in layouts that say so)")
  }

  @Test func impossibleDimensionsAreRefused() {
    func dimensions(_ found: String, _ expected: String) -> String {
      "a.nii: unusable dimensions, found \(found), expected \(expected)"
    }
    let (rank, extent) = ("1 to 7", "at least one voxel along each")
    #expect(message(HeaderBytes(dimensions: [0, 2, 3, 4])) == dimensions("0 dimensions", rank))
    #expect(message(HeaderBytes(dimensions: [8, 2, 3, 4])) == dimensions("8 dimensions", rank))
    #expect(message(HeaderBytes(dimensions: [-3, 2, 3, 4])) == dimensions("-3 dimensions", rank))
    #expect(message(HeaderBytes(dimensions: [3, 2, 0, 4])) == dimensions("2x0x4", extent))
    #expect(message(HeaderBytes(dimensions: [3, 2, -3, 4])) == dimensions("2x-3x4", extent))
    let huge = 1 << 40
    #expect(
      message(HeaderBytes(version: 2, dimensions: [3, huge, huge, huge]))
        == dimensions("\(huge)x\(huge)x\(huge)", "a volume below 16 TiB"))
    #expect(
      message(HeaderBytes(version: 2, dimensions: [1, 1 << 50]))
        == dimensions("\(1 << 50)", "a volume below 16 TiB"))
  }

  @Test func impossibleOffsetsAreRefused() {
    #expect(
      message(HeaderBytes(version: 2, voxelOffset: -1))
        == "a.nii: unusable dimensions, found vox_offset -1, expected a byte position")
    #expect(
      message(HeaderBytes(version: 2, voxelOffset: 1 << 41))
        == "a.nii: unusable dimensions, found vox_offset \(1 << 41), expected a byte position")
  }

  // MARK: types

  @Test(
    arguments: zip(
      [2, 4, 8, 16, 64, 256, 512, 768, 1024, 1280],
      [
        ScalarType.uint8, .int16, .int32, .float32, .float64, .int8, .uint16, .uint32, .int64, .uint64,
      ]))
  func everyScalarTypeIsRead(datatype: Int, scalar: ScalarType) throws {
    #expect(try read(HeaderBytes(datatype: datatype)).scalar == scalar)
  }

  @Test(
    arguments: zip(
      [128, 2304, 32, 1792, 1536, 1, 3],
      [
        "RGB24 (datatype 128)", "RGBA32 (datatype 2304)", "COMPLEX64 (datatype 32)", "COMPLEX128 (datatype 1792)",
        "FLOAT128 (datatype 1536)", "BINARY (datatype 1)", "of unknown type (datatype 3)",
      ]))
  func otherTypesAreRefusedByName(datatype: Int, found: String) {
    #expect(
      message(HeaderBytes(datatype: datatype, slope: 2))
        == "a.nii: voxels are \(found), expected a scalar type "
        + "(uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64); convert the file first")
  }

  // MARK: what is no header

  @Test func emptyAndShortFilesSaySo() throws {
    #expect(
      message([])
        == "a.nii: the file is empty, found 0 bytes, expected a NIfTI header of 348; download or copy it again")
    let whole = HeaderBytes().bytes
    #expect(
      message(Array(whole[..<300]))
        == "a.nii: the header is cut short, found 300 bytes, expected 348; download or copy it again")
    #expect(
      message(Array(whole[..<3]))
        == "a.nii: the header is cut short, found 3 bytes, expected 348; download or copy it again")
    #expect(
      message(Array(HeaderBytes(version: 2).bytes[..<400]))
        == "a.nii: the header is cut short, found 400 bytes, expected 540; download or copy it again")
  }

  @Test func otherFormatsAreNamed() {
    let expected = "expected a header of 348 or 540 bytes that says n+1, ni1, n+2 or ni2"
    #expect(
      message([UInt8](repeating: 65, count: 400))
        == "a.nii: not a NIfTI file, found first bytes 41 41 41 41, \(expected)")
    #expect(
      message(HeaderBytes(magic: [0, 0, 0, 0]).bytes)
        == "a.nii: not a NIfTI file, found an Analyze 7.5 header, \(expected)")
    #expect(
      message(HeaderBytes(magic: Array("n+9".utf8) + [0]).bytes)
        == "a.nii: not a NIfTI file, found magic bytes [110, 43, 57, 0], \(expected)")
  }

  // MARK: pairs

  @Test func pairsAreReadFromBothFiles() throws {
    try folder.put(HeaderBytes(isPair: true).bytes, "p/a.hdr")
    #expect(
      folder.message { _ = try NIfTIHeader(path: folder.path("p/a.hdr")) }
        == "p/a.hdr: a header without its voxels, expected \(folder.path("p/a.img")) beside it"
        .replacingOccurrences(of: folder.path(""), with: ""))
    try folder.put([], "p/a.img.gz")
    #expect(try NIfTIHeader(path: folder.path("p/a.hdr")).dataPath == folder.path("p/a.img.gz"))
    try folder.put([], "p/a.img")
    let header = try NIfTIHeader(path: folder.path("p/a.hdr"))
    #expect(header.dataPath == folder.path("p/a.img"))
    #expect(header.voxelOffset == 0)
  }

  /// Either file of a pair may be named, as nibabel takes it.
  @Test(arguments: [1, 2])
  func voxelFileIsReadWithTheHeaderBesideIt(version: Int) throws {
    let image = try folder.put([0, 0, 0, 0], "v/a.img")
    #expect(
      folder.message { _ = try NIfTIHeader(path: image) }
        == "v/a.img: voxels without their header, expected v/a.hdr beside it")
    let header = try folder.put(HeaderBytes(version: version, isPair: true).bytes, "v/a.hdr")
    let packed = try folder.put([], "v/a.img.gz")
    let read = try NIfTIHeader(path: image)
    #expect(read.path == header && read.dataPath == image && read.version == version)
    // The one that was named is read, not its twin; a header packed otherwise is found too.
    #expect(try NIfTIHeader(path: packed).dataPath == packed)
  }

  /// 0 and 348 are in use for "right after the header", where nothing but voxels can be.
  @Test(arguments: [0, 348, 352])
  func smallOffsetMeansAfterTheHeader(offset: Int) throws {
    #expect(try read(HeaderBytes(voxelOffset: offset)).voxelOffset == 352)
    #expect(try read(HeaderBytes(voxelOffset: 2880)).voxelOffset == 2880)
    #expect(try read(HeaderBytes(version: 2, voxelOffset: offset)).voxelOffset == 544)
  }

  private func read(_ header: HeaderBytes) throws -> NIfTIHeader {
    try NIfTIHeader(path: try folder.put(header.bytes, "a.nii"))
  }

  private func message(_ header: HeaderBytes) -> String? { message(header.bytes) }

  private func message(_ bytes: [UInt8]) -> String? {
    folder.message { _ = try NIfTIHeader(path: try folder.put(bytes, "a.nii")) }
  }
}
