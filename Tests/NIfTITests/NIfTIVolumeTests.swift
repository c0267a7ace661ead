import Foundation
import NIfTI
import TestSupport
import Testing
import Volumes

/// Volumes of a 4-D file, each by itself.
struct NIfTIVolumeTests {
  private let folder = TemporaryFolder()
  /// Three volumes of 2x3x4 int16, 48 bytes each, counting on from volume to volume.
  private let made = HeaderBytes(dimensions: [4, 2, 3, 4, 3])

  private func open(_ bytes: [UInt8], _ index: Int, checksFile: Bool = true) throws -> NIfTIVolume {
    try NIfTIVolume(NIfTIHeader(path: folder.put(bytes, "a.nii")), index: index, checksFile: checksFile)
  }

  private func read(_ volume: NIfTIVolume) throws -> [UInt8] {
    var (bytes, plane) = ([UInt8](), [UInt8](repeating: 0, count: volume.layout.planeBytes))
    for _ in 0..<volume.layout.planes {
      try plane.withUnsafeMutableBytes { try volume.readPlane(into: $0) }
      bytes += plane
    }
    return bytes
  }

  @Test(arguments: [0, 1, 2], [false, true])
  func eachIsWhatItIsInTheFile(index: Int, isGzip: Bool) throws {
    let plain = made.file(voxels: 72)
    for checksFile in [false, true] {
      let volume = try open(isGzip ? Gzip.member(plain) : plain, index, checksFile: checksFile)
      #expect(volume.layout.extents == [2, 3, 4])
      #expect(try read(volume) == Array(made.counting(72)[48 * index..<48 * (index + 1)]))
    }
  }

  /// The first volume may be whole; the file is not.
  @Test func damageBehindTheVolumeIsFound() throws {
    var bytes = Gzip.member(made.file(voxels: 72))
    bytes[bytes.count - 8] ^= 1
    #expect(folder.message { _ = try read(open(bytes, 0)) }?.contains("the checksum does not match") == true)
    #expect(try read(open(bytes, 0, checksFile: false)).count == 48)
    let short = Array(made.file(voxels: 72).dropLast())
    #expect(
      folder.message { _ = try open(short, 0, checksFile: false) }
        == "a.nii: the file ends early, found 495 bytes, expected 496; download or copy it again")
  }

  /// 35 MB a plane: a reader of all dimensions takes such a file row by row.
  @Test func largePlanesAreReadWhole() throws {
    let header = HeaderBytes(dimensions: [4, 4200, 4200, 1, 2]).bytes
    let path = try folder.put(header, "a.nii")
    let plane = 2 * 4200 * 4200
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.truncate(atOffset: UInt64(header.count + 2 * plane))
    try file.seek(toOffset: UInt64(header.count + 2 * plane - 1))
    try file.write(contentsOf: [7])
    try file.close()
    let bytes = try read(NIfTIVolume(NIfTIHeader(path: path), index: 1))
    #expect(bytes.count == plane && bytes.last == 7)
  }

  @Test func orientationOfAnotherStandsIn() throws {
    let header = try NIfTIHeader(path: folder.put(made.file(voxels: 72), "a.nii"))
    #expect(try NIfTIVolume(header, index: 1, orientation: .ras).layout.orientation == .ras)
    #expect(header.ofOneVolume().extents == [2, 3, 4])
  }
}
