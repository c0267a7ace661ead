import Foundation
import NIfTI
import Pipeline
import TestSupport
import Volumes

/// A small data set of KiTS19's layout, and a place for what becomes of it.
struct RawFolder {
  let folder = TemporaryFolder()
  /// KiTS19's axes, slices of 3 mm.
  static let axes = Affine(rows: [[0, 0, -0.75, 0], [0, -0.75, 0, 0], [-3, 0, 0, 0]])
  /// Slices, rows, columns.
  static let extents = [6, 20, 24]

  var raw: String { folder.path("raw") }
  var prepared: String { folder.path("prepared") }

  init(_ cases: Int) throws {
    for number in 0..<cases { try addCase(number) }
  }

  static func name(_ number: Int) -> String { "case_0000\(number)" }

  /// An image of a few thousand different values, and a label of two boxes.
  func addCase(_ number: Int, isLabelled: Bool = true, values: [UInt8] = [1, 2]) throws {
    let count = Self.extents.reduce(1, *)
    try image(number, (0..<count).map { Int16(($0 * (7919 + 2 * number)) % 2000 - 1000) })
    guard isLabelled else { return }
    try label(
      number,
      (0..<count).map { index in
        let (slice, row, column) = (index % 6, index / 6 % 20, index / 120)
        guard (1...4).contains(slice), (4...14).contains(row), (3...20).contains(column) else { return 0 }
        return column > 12 + number ? values[1] : values[0]
      })
  }

  func image(
    _ number: Int, _ voxels: [Int16], _ affine: Affine = axes, _ form: NIfTIWriter.Form = .sform(code: 2)
  ) throws {
    try write(voxels, .int16, affine, form, Self.extents, "raw/\(Self.name(number))/imaging.nii.gz")
  }

  func label(
    _ number: Int, _ voxels: [UInt8], _ affine: Affine = axes, _ form: NIfTIWriter.Form = .sform(code: 2),
    extents: [Int] = extents
  ) throws {
    try write(voxels, .uint8, affine, form, extents, "raw/\(Self.name(number))/segmentation.nii.gz")
  }

  private func write<Value>(
    _ voxels: [Value], _ scalar: ScalarType, _ affine: Affine, _ form: NIfTIWriter.Form,
    _ extents: [Int], _ name: String
  ) throws {
    try folder.put([], name)
    try voxels.withUnsafeBytes {
      try NIfTIWriter.write(
        $0, extents: extents, scalar: scalar, affine: affine, form: form, to: folder.path(name), flush: false)
    }
  }

  func ingest(
    _ text: String = Sample.text, only: [String]? = nil, jobs: Int = 1, into prepared: String? = nil
  ) throws -> Ingest {
    let plan = Plan(try Sample.config(text), sourceFile: "sample.yaml")
    var ingest = Ingest(plan: plan, raw: raw, prepared: prepared ?? self.prepared, only: only, jobs: jobs)
    ingest.sync = false
    return ingest
  }

  @discardableResult
  func run(
    _ text: String = Sample.text, only: [String]? = nil, jobs: Int = 1, into prepared: String? = nil
  ) throws -> IngestReport {
    try ingest(text, only: only, jobs: jobs, into: prepared).run(observer: Silent())
  }

  /// Every file that a run made, but the one that may differ.
  func files(in prepared: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path(prepared))
    where !["run_report.json", ".lock"].contains(name) {
      var isFolder = ObjCBool(false)
      _ = FileManager.default.fileExists(atPath: folder.path("\(prepared)/\(name)"), isDirectory: &isFolder)
      if !isFolder.boolValue { files[name] = try folder.contents("\(prepared)/\(name)") }
    }
    return files
  }
}

private struct Silent: IngestObserver {
  func began(cases: Int, rawBytes: Int) {}
  func entered(stage: String, caseIdentifier: String) {}
  func finished(_ report: CaseReport) {}
}
