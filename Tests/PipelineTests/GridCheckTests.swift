import NIfTI
import Testing
import Volumes

@testable import Pipeline

struct GridCheckTests {
  private static let voxels = [UInt8](repeating: 0, count: RawFolder.extents.reduce(1, *))

  private static let both = "imaging.nii.gz and segmentation.nii.gz"

  private func mismatch(_ affine: Affine, _ form: NIfTIWriter.Form = .sform(code: 2)) throws -> String? {
    let data = try RawFolder(1)
    try data.label(0, Self.voxels, affine, form)
    return GridCheck.mismatch(
      try NIfTIHeader(path: data.raw + "/case_00000/imaging.nii.gz"),
      try NIfTIHeader(path: data.raw + "/case_00000/segmentation.nii.gz"))
  }

  private func shifted(by distance: Double) -> Affine {
    var affine = RawFolder.axes
    affine.rows[1][3] = distance
    return affine
  }

  /// The smallest voxel edge is 0.75 mm.
  @Test func hundredthOfAVoxelIsRounding() throws {
    #expect(try mismatch(RawFolder.axes) == nil)
    #expect(try mismatch(shifted(by: 0.0074)) == nil)
    #expect(
      try mismatch(shifted(by: 0.0076))
        == "\(Self.both) lie on different grids, found corners up to 0.0076 mm apart "
        + "(IPL by sform and IPL by sform), expected at most 0.0075 mm; mend the wrong header")
  }

  /// KiTS19's nine labels whose transform is a quaternion of 24-bit numbers.
  @Test func quaternionOfTheSameAxesIsTheSameGrid() throws {
    #expect(try mismatch(RawFolder.axes, .qform(code: 1)) == nil)
  }

  @Test func otherVoxelSizeIsSeenAtTheFarCorner() throws {
    var affine = RawFolder.axes
    affine.rows[2][0] = -3.002  // 2 micrometres a slice, a hundredth of a millimetre over all
    #expect(
      try mismatch(affine)?.hasPrefix("\(Self.both) lie on different grids, found corners up to 0.01 mm apart")
        == true)
  }

  @Test func otherAxesAreAnotherGrid() throws {
    let flipped = Affine(rows: [[0, 0, 0.75, 0], [0, -0.75, 0, 0], [-3, 0, 0, 0]])
    #expect(
      try mismatch(flipped) == "\(Self.both) lie on different grids, found corners up to 34.5 mm apart "
        + "(IPL by sform and IPR by sform), expected at most 0.0075 mm; mend the wrong header")
  }

  @Test func otherShapeIsAnotherGrid() throws {
    let data = try RawFolder(1)
    let path = data.raw + "/case_00000/segmentation.nii.gz"
    try [UInt8](repeating: 0, count: 6 * 20 * 25).withUnsafeBytes {
      try NIfTIWriter.write(
        $0, extents: [6, 20, 25], scalar: .uint8, affine: RawFolder.axes, form: .sform(code: 1), to: path, flush: false)
    }
    let text =
      "\(Self.both) have different shapes, found 6x20x24 and 6x20x25, expected the same; "
      + "find the files that belong together"
    #expect(
      GridCheck.mismatch(
        try NIfTIHeader(path: data.raw + "/case_00000/imaging.nii.gz"), try NIfTIHeader(path: path))
        == text)
    let report = try data.run()
    #expect(report.manifest.failed == [.init(caseIdentifier: "case_00000", reason: text)])
  }
}
