import NIfTI
import TestSupport
import Testing
import Volumes

struct NIfTIReaderTests {
  private let folder = TemporaryFolder()
  /// 24 voxels of 2x3x4 as int16: 352 + 48 bytes.
  private let plain = HeaderBytes().file(voxels: 24)

  @Test(arguments: [1, 2], [false, true])
  func voxelsArriveAsTheyAreStored(version: Int, isBigEndian: Bool) throws {
    let made = HeaderBytes(version: version, isBigEndian: isBigEndian)
    #expect(try voxels(made.file(voxels: 24)) == made.counting(24))
  }

  @Test func planesComeOneByOne() throws {
    let reader = try NIfTIReader(path: folder.put(plain, "a.nii"))
    #expect(reader.layout.planes == 4 && reader.layout.planeBytes == 12)
    var plane = [UInt8](repeating: 0, count: 12)
    for index in 0..<4 {
      try plane.withUnsafeMutableBytes { try reader.readPlane(into: $0) }
      #expect(plane == Array(HeaderBytes().counting(24)[12 * index..<12 * index + 12]))
    }
  }

  @Test func extensionsBeforeTheVoxelsAreSkipped() throws {
    let made = HeaderBytes(voxelOffset: 2880)
    let bytes = made.bytes + [UInt8](repeating: 99, count: 2880 - 352) + made.counting(24)
    #expect(try voxels(bytes) == made.counting(24))
    #expect(try voxels(Gzip.member(bytes)) == made.counting(24))
  }

  @Test(arguments: [0, 348])
  func smallOffsetMeansAfterTheHeader(offset: Int) throws {
    #expect(try voxels(HeaderBytes(voxelOffset: offset).file(voxels: 24)) == HeaderBytes().counting(24))
  }

  @Test(arguments: ["a.hdr", "a.hdr.gz"], ["a.img", "a.img.gz"])
  func pairsAreRead(header: String, image: String) throws {
    let made = HeaderBytes(isPair: true)
    try folder.put(header.hasSuffix("gz") ? Gzip.member(made.bytes) : made.bytes, header)
    let data = made.counting(24)
    try folder.put(image.hasSuffix("gz") ? Gzip.member(data) : data, image)
    #expect(try voxels(of: header) == data)
  }

  @Test func lastDimensionOfOneIsNoDimension() throws {
    #expect(try voxels(HeaderBytes(dimensions: [4, 2, 3, 4, 1]).file(voxels: 24)) == HeaderBytes().counting(24))
  }

  @Test func allDimensionsAreOneStackOfPlanes() throws {
    let made = HeaderBytes(dimensions: [5, 2, 3, 2, 1, 2])
    let header = try NIfTIHeader(path: folder.put(made.file(voxels: 24), "a.nii"))
    #expect(try voxels(from: NIfTIReader(allDimensionsOf: header)) == made.counting(24))
  }

  /// What is in a file decides, not its name.
  @Test func gzipIsKnownByItsBytes() throws {
    #expect(try voxels(Gzip.member(plain), "a.nii") == HeaderBytes().counting(24))
    #expect(try voxels(plain, "a.nii.gz") == HeaderBytes().counting(24))
  }

  @Test func writersGzipIsRead() throws {
    let data = (0..<60_000).map { Int16(truncatingIfNeeded: $0 &* 7919) }
    try data.withUnsafeBytes {
      try NIfTIWriter.write(
        $0, extents: [100, 200, 3], scalar: .int16, affine: .identity, form: .both(code: 1),
        to: folder.path("a.nii.gz"), flush: false)
    }
    #expect(try voxels(of: "a.nii.gz") == data.withUnsafeBytes { Array($0) })
  }

  /// Cut inside the header, at its end, at a plane's end, one byte before the end; an empty member too.
  @Test(arguments: [[100], [352], [348, 352, 364], [352 + 12], [399], [1, 2, 3], [364, 364], [400]])
  func allMembersAreRead(cuts: [Int]) throws {
    #expect(try voxels(Gzip.members(plain, cutAt: cuts)) == HeaderBytes().counting(24))
  }

  @Test(arguments: [1, 512, 300_000])
  func trailingZerosAreIgnored(count: Int) throws {
    let zeros = [UInt8](repeating: 0, count: count)
    #expect(try voxels(Gzip.member(plain) + zeros) == HeaderBytes().counting(24))
    #expect(try voxels(plain + zeros) == HeaderBytes().counting(24))
    #expect(try voxels(Gzip.members(plain, cutAt: [370]) + zeros) == HeaderBytes().counting(24))
    let between = Gzip.member(Array(plain[..<370])) + zeros + Gzip.member(Array(plain[370...]))
    #expect(try voxels(between) == HeaderBytes().counting(24))
  }

  @Test func dataBeyondTheVoxelsIsIgnored() throws {
    #expect(try voxels(plain + [1, 2, 3]) == HeaderBytes().counting(24))
    #expect(try voxels(Gzip.member(plain + [1, 2, 3])) == HeaderBytes().counting(24))
  }

  // MARK: damage

  @Test(arguments: [352, 353, 399])
  func shortFileSaysFoundAndExpected(length: Int) {
    #expect(
      message(Array(plain[..<length]))
        == "a.nii: the file ends early, found \(length) bytes, expected 400; download or copy it again")
  }

  /// Voxels that lie as they are: 10 bytes of member header and 5 of block header come before them.
  @Test(arguments: [352, 353, 364, 399])
  func shortGzipSaysFoundAndExpected(length: Int) {
    #expect(
      message(Array(Gzip.member(plain)[..<(15 + length)]))
        == "a.nii: the gzip stream ends early, found \(length) bytes once unpacked, expected 400; "
        + "download or copy it again")
  }

  @Test func shortGzipInsideTheHeader() {
    #expect(
      message(Array(Gzip.member(plain)[..<115]))
        == "a.nii: the gzip stream ends early, found 100 bytes once unpacked, expected 348; download or copy it again")
  }

  /// A whole stream of half a volume.
  @Test func gzipOfTooLittleSaysFoundAndExpected() {
    #expect(
      message(Gzip.member(Array(plain[..<380])))
        == "a.nii: the file ends early, found 380 bytes, expected 400; download or copy it again")
  }

  @Test(arguments: 1...8)
  func missingChecksumIsNoticed(missing: Int) {
    #expect(
      message(Array(Gzip.member(plain).dropLast(missing)))
        == "a.nii: the gzip stream ends early, found 400 bytes once unpacked and no whole checksum, "
        + "expected the 8 bytes that end a stream; download or copy it again")
  }

  @Test func wrongChecksumAndLengthAreNoticed() {
    let text =
      "a.nii: the gzip stream is corrupt after 400 unpacked bytes (the checksum does not match), "
      + "expected an intact stream; download or copy it again"
    #expect(message(Gzip.member(plain, checksum: 1)) == text)
    #expect(message(Gzip.member(plain, length: 7)) == text)
    let second = Gzip.member(Array(plain[..<360])) + Gzip.member(Array(plain[360...]), checksum: 1)
    #expect(message(second) == text)
  }

  @Test func flippedBitIsNoticed() {
    var bytes = Gzip.member(plain)
    bytes[15 + 380] ^= 4
    #expect(message(bytes)?.contains("(the checksum does not match)") == true)
  }

  @Test func bytesThatAreNotGzipAreNotIgnored() {
    #expect(
      message(Gzip.member(plain) + [7, 7, 7])
        == "a.nii: the gzip stream is corrupt after 400 unpacked bytes (bytes that are not gzip follow the stream), "
        + "expected an intact stream; download or copy it again")
    #expect(message(Gzip.member(plain) + [0x1F, 0x8C, 8, 0])?.contains("gzip stream") == true)
    #expect(message(Gzip.member(plain) + [0x1F])?.contains("gzip stream") == true)
  }

  @Test func invalidBlockIsNoticed() {
    var bytes = Gzip.member(plain)
    bytes[10] = 7  // a block of a kind that does not exist
    #expect(
      message(bytes) == "a.nii: the gzip stream is corrupt after 0 unpacked bytes (an invalid block), "
        + "expected an intact stream; download or copy it again")
  }

  /// 17 MB beyond the voxels: a bomb, or another file.
  @Test func streamWithoutEndIsRefused() {
    let member = Gzip.member([UInt8](repeating: 5, count: 1 << 16))
    let bytes = Gzip.member(plain) + (0..<272).flatMap { _ in member }
    #expect(
      message(bytes) == "a.nii: the gzip stream goes on far beyond the 400 bytes that its header promises; refused")
  }

  /// Nothing is allocated for 8 TB that a file of 400 bytes claims.
  @Test func hugeClaimInATinyFileIsRefusedAtOnce() {
    let made = HeaderBytes(version: 2, dimensions: [3, 20_000, 20_000, 10_000])
    #expect(
      message(made.file(voxels: 24)) == "a.nii: the file ends early, found 592 bytes, expected 8000000000544; "
        + "download or copy it again")
    let packed = Gzip.member(made.file(voxels: 24))
    #expect(
      message(packed) == "a.nii: the gzip stream ends early, found \(packed.count * 1032) bytes once unpacked, "
        + "expected 8000000000544; download or copy it again")
  }

  /// Any byte of a file may be anything: it is read, or refused with its name, and never ends the program.
  @Test(arguments: [1, 2], [false, true])
  func damagedBytesAreReadOrRefused(version: Int, isCompressed: Bool) throws {
    let whole = HeaderBytes(version: version, qformCode: 1).file(voxels: 24)
    var generator = SeededGenerator(seed: version)
    for _ in 0..<400 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] =
          [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &generator)].randomElement(using: &generator) ?? 0
      }
      if isCompressed {
        bytes = Gzip.member(bytes)
        bytes[Int.random(in: 2..<bytes.count, using: &generator)] ^= UInt8.random(in: 0...1, using: &generator)
      }
      if let found = message(bytes) { #expect(found.hasPrefix("a.nii"), "\(found)") }
    }
  }

  // MARK: reading whole files

  private func voxels(_ bytes: [UInt8], _ name: String = "a.nii") throws -> [UInt8] {
    try folder.put(bytes, name)
    return try voxels(of: name)
  }

  private func voxels(of name: String) throws -> [UInt8] { try voxels(from: NIfTIReader(path: folder.path(name))) }

  private func voxels(from reader: NIfTIReader) throws -> [UInt8] {
    var all: [UInt8] = []
    var plane = [UInt8](repeating: 0xAA, count: reader.layout.planeBytes)
    for _ in 0..<reader.layout.planes {
      try plane.withUnsafeMutableBytes { try reader.readPlane(into: $0) }
      all += plane
    }
    return all
  }

  private func message(_ bytes: [UInt8]) -> String? { folder.message { _ = try voxels(bytes) } }
}
