import Foundation
import NIfTI
import TestSupport
import Testing
import Volumes

struct NIfTIWriterTests {
  /// KiTS19's axes: slices to inferior, rows to posterior, columns to left.
  static let kits = Affine(rows: [[0, 0, -0.75, 0], [0, -0.75, 0, 0], [-3, 0, 0, 0]])
  private let folder = TemporaryFolder()

  @Test func headerIsByteForByteWhatTheFormatSays() throws {
    let bytes = try written([1, -2, 3, -4, 5, -6], extents: [1, 2, 3], affine: Self.kits, form: .sform(code: 2))
    #expect(bytes.count == 352 + 12)
    #expect(bytes.value(Int32.self, 0) == 348)
    #expect(bytes.values(Int16.self, 40, 8) == [3, 1, 2, 3, 1, 1, 1, 1])
    #expect(bytes.values(Int16.self, 70, 2) == [4, 16])  // int16
    #expect(bytes.values(Float.self, 76, 8) == [1, 3, 0.75, 0.75, 1, 1, 1, 1])
    #expect(bytes.values(Float.self, 108, 3) == [352, 1, 0])
    #expect(bytes[123] == 2)
    #expect(bytes.values(Int16.self, 252, 2) == [0, 2])
    #expect(bytes.values(Float.self, 280, 12) == [0, 0, -0.75, 0, 0, -0.75, 0, 0, -3, 0, 0, 0])
    #expect(bytes[344..<352].elementsEqual([0x6E, 0x2B, 0x31, 0, 0, 0, 0, 0]))
    #expect(bytes.values(Int16.self, 352, 6) == [1, -2, 3, -4, 5, -6])
  }

  /// The quaternion that nifti_clib computes, and that KiTS19's nine qform-only label files hold.
  @Test func qformOfKiTS19Axes() throws {
    let bytes = try written([0], extents: [1, 1, 1], affine: Self.kits, form: .qform(code: 1))
    #expect(bytes.values(Int16.self, 252, 2) == [1, 0])
    #expect(bytes.value(Float.self, 76) == 1)
    #expect(bytes.values(Float.self, 256, 6) == [0.70710677, 0, -0.70710677, 0, 0, 0])
    #expect(bytes.values(Float.self, 280, 12) == [Float](repeating: 0, count: 12))
  }

  @Test func leftHandedAxesTurnTheThirdRound() throws {
    let left = Affine(rows: [[-2, 0, 0, 5], [0, 2, 0, 6], [0, 0, 2, 7]])
    let bytes = try written([0], extents: [1, 1, 1], affine: left, form: .both(code: 1))
    #expect(bytes.value(Float.self, 76) == -1)
    #expect(bytes.values(Float.self, 256, 6) == [0, 1, 0, 5, 6, 7])  // half a turn about y
    #expect(bytes.values(Int16.self, 252, 2) == [1, 1])
  }

  /// Every rotation's quaternion gives its matrix back, by the formula of the format's specification.
  @Test(
    arguments: [
      SIMD4<Double>(1, 0, 0, 0), SIMD4(0, 1, 0, 0), SIMD4(0, 0, 1, 0), SIMD4(0, 0, 0, 1), SIMD4(0.5, 0.5, -0.5, 0.5),
      SIMD4(0.1, 0.7, 0.1, -0.7), SIMD4(0.9, 0.1, 0.3, 0.2), SIMD4(0, 0.6, 0.8, 0), SIMD4(0.2, -0.2, 0.9, 0.3),
    ], [1.0, -1.0])
  func quaternionsGiveTheMatrixBack(raw: SIMD4<Double>, qfac: Double) throws {
    let expected = matrix(raw / (raw * raw).sum().squareRoot())
    let size = [0.7, 0.8, 5]
    let affine = Affine(
      rows: expected.map { row in (0..<3).map { row[$0] * size[$0] * ($0 == 2 ? qfac : 1) } + [1] })
    let bytes = try written([0], extents: [1, 1, 1], affine: affine, form: .qform(code: 1))
    let (b, c, d) = (bytes.value(Float.self, 256), bytes.value(Float.self, 260), bytes.value(Float.self, 264))
    let a = max(0, 1 - b * b - c * c - d * d).squareRoot()
    let found = matrix(SIMD4(Double(a), Double(b), Double(c), Double(d)))
    #expect(Double(bytes.value(Float.self, 76)) == qfac)
    for row in 0..<3 {
      for column in 0..<3 { #expect(abs(found[row][column] - expected[row][column]) < 1e-3) }
    }
  }

  @Test func compressedIsTheSameBytesInOneMemberWithoutATime() throws {
    let voxels = (0..<6000).map { Int16($0 % 77) }
    let plain = try written(voxels, extents: [10, 20, 30], affine: Self.kits, form: .both(code: 2))
    let first = try written(voxels, extents: [10, 20, 30], affine: Self.kits, form: .both(code: 2), name: "a.nii.gz")
    let again = try written(voxels, extents: [10, 20, 30], affine: Self.kits, form: .both(code: 2), name: "b.nii.gz")
    #expect(first == again)
    #expect(first.count < plain.count)
    #expect(first[0..<10].elementsEqual([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 4, 0xFF]))
    #expect(first.value(UInt32.self, first.count - 4) == UInt32(plain.count))
    let path = folder.path("a.nii.gz")
    #expect(try Data(output(of: "/usr/bin/env", ["gzip", "-dc", path])) == Data(plain))
  }

  @Test func refusalsNameTheFile() throws {
    func message(_ name: String, extents: [Int] = [1, 1, 1], affine: Affine = .identity) -> String {
      do {
        _ = try written([0], extents: extents, affine: affine, form: .qform(code: 1), name: name)
        return "no error"
      } catch { return "\(error)".replacingOccurrences(of: folder.path(""), with: "") }
    }
    #expect(message("a.nrrd") == "a.nrrd: cannot tell the format from the name, expected .nii or .nii.gz")
    #expect(
      message("a.nii", extents: [1, 40_000, 1])
        == "a.nii: axis 1 of a NIfTI-1 file holds 1 to 32767 voxels, found 40000")
    #expect(message("a.nii", extents: [0, 1, 1]) == "a.nii: axis 0 of a NIfTI-1 file holds 1 to 32767 voxels, found 0")
    let flat = Affine(rows: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    #expect(message("a.nii", affine: flat) == "a.nii: the affine has no inverse")
    let sheared = Affine(rows: [[3, 4, 0, 0], [4, 3, 0, 0], [0, 0, 1, 0]])
    #expect(
      message("a.nii", affine: sheared).hasPrefix("a.nii: a qform needs axes at right angles, found a cosine of 0.9"))
    #expect(try folder.names().isEmpty)
  }

  @Test func shearedAxesHaveAnSformAlone() throws {
    let sheared = Affine(rows: [[2, 0.5, 0, 1], [0, 2, 0, 2], [0, 0, 1, 3]])
    let bytes = try written([0], extents: [1, 1, 1], affine: sheared, form: .sform(code: 1))
    #expect(bytes.values(Float.self, 256, 6) == [0, 0, 0, 0, 0, 0])
    #expect(bytes.values(Float.self, 280, 4) == [2, 0.5, 0, 1])
  }

  /// A tilted gantry, and an sform that was rounded to four decimals.
  @Test(arguments: [0.25, 1e-4])
  func axesThatAQuaternionCannotSayHaveAnSformAlone(cosine: Double) throws {
    let tilted = Affine(rows: [[1, 0, 0, 4], [0, 1, cosine, 5], [0, 0, (1 - cosine * cosine).squareRoot(), 6]])
    let bytes = try written([0], extents: [1, 1, 1], affine: tilted, form: .bothIfOrthogonal(code: 1))
    #expect(bytes.values(Int16.self, 252, 2) == [0, 1])
    #expect(bytes.values(Float.self, 256, 6) == [0, 0, 0, 0, 0, 0])
    #expect(bytes.values(Float.self, 280, 12) == tilted.rows.flatMap { $0.map(Float.init) })
  }

  @Test func axesAtRightAnglesHaveBoth() throws {
    let both = try written([0], extents: [1, 1, 1], affine: Self.kits, form: .both(code: 1), name: "a.nii")
    let asked = try written(
      [0], extents: [1, 1, 1], affine: Self.kits, form: .bothIfOrthogonal(code: 1), name: "b.nii")
    #expect(asked == both)
  }

  /// nibabel takes a = sqrt(1 - b^2 - c^2 - d^2) from 24-bit numbers as it comes, so its affine is off by up to 1.5e-3.
  @Test(.enabled(if: Nibabel.isThere, "needs /usr/bin/python3 with nibabel"), arguments: ["a.nii", "a.nii.gz"])
  func nibabelReadsTheSame(name: String) throws {
    _ = try written(
      (0..<24).map { Int16($0) }, extents: [2, 3, 4], affine: Self.kits, form: .qform(code: 1), name: name)
    let script = """
      import sys, nibabel as nib, numpy as np
      i = nib.load(sys.argv[1]); a = np.asanyarray(i.dataobj)
      print(i.shape, a.dtype, ''.join(nib.aff2axcodes(i.affine)), a[1, 2, 3], a[1, 0, 0], a[0, 1, 0], a[0, 0, 1])
      print(np.abs(i.affine[:3] - [[0, 0, -.75, 0], [0, -.75, 0, 0], [-3, 0, 0, 0]]).max() < 2e-3)
      """
    let text = String(decoding: try output(of: Nibabel.python, ["-c", script, folder.path(name)]), as: UTF8.self)
    #expect(text == "(2, 3, 4) int16 IPL 23 1 2 6\nTrue\n")
  }

  private func written(
    _ voxels: [Int16], extents: [Int], affine: Affine, form: NIfTIWriter.Form, name: String = "plain.nii"
  ) throws -> [UInt8] {
    try voxels.withUnsafeBytes {
      try NIfTIWriter.write(
        $0, extents: extents, scalar: .int16, affine: affine, form: form, to: folder.path(name), flush: false)
    }
    return try folder.contents(name)
  }

  private func matrix(_ q: SIMD4<Double>) -> [[Double]] {
    let (a, b, c, d) = (q[0], q[1], q[2], q[3])
    return [
      [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
      [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
      [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
    ]
  }
}

/// The Python that has nibabel, where there is one.
enum Nibabel {
  static let python = "/usr/bin/python3"
  static let isThere = (try? output(of: python, ["-c", "import nibabel"])) != nil
}

private func output(of program: String, _ arguments: [String]) throws -> Data {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: program)
  process.arguments = arguments
  process.standardOutput = pipe
  process.standardError = FileHandle.nullDevice
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  return data
}

extension [UInt8] {
  fileprivate func value<Value: BitwiseCopyable>(_ type: Value.Type, _ offset: Int) -> Value {
    withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
  }

  fileprivate func values<Value: BitwiseCopyable>(_ type: Value.Type, _ offset: Int, _ count: Int) -> [Value] {
    (0..<count).map { value(type, offset + $0 * MemoryLayout<Value>.stride) }
  }
}
