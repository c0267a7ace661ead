import Foundation
import Testing
import Volumes

@testable import Phantoms

struct KiTS19PhantomSetTests {
  /// One case of each kind, tiny.
  private static let tiny = KiTS19PhantomSet(phantoms: [
    phantom(0), phantom(1, isQformOnly: true), phantom(2, isLabelled: false), phantom(3, scalar: .float32),
    phantom(4, scalar: .float64),
  ])
  private let folder = FileManager.default.temporaryDirectory.appending(path: "segprep-\(UUID().uuidString)").path

  @Test func layoutIsKiTS19s() throws {
    defer { remove() }
    try Self.tiny.write(to: folder, jobs: 1)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.contains(".") }.sorted()
    let images = (0..<5).map { "data/case_0000\($0)/imaging.nii.gz" }
    let labels = [0, 1, 3, 4].map { "data/case_0000\($0)/segmentation.nii.gz" }
    #expect(names == (images + labels + ["data/kits.json"]).sorted())
    let json = try JSONSerialization.jsonObject(with: try contents("data/kits.json"))
    let entries = try #require(json as? [[String: Any]])
    #expect(
      entries.compactMap { $0["case_id"] as? String } == ["case_00000", "case_00001", "case_00003", "case_00004"])
    #expect(entries[0]["captured_slice_thickness"] as? Double == 12)
    #expect(
      (entries[0]["voxel_spacing"] as? [String: Double]) == ["x_spacing": 8.5, "y_spacing": 8.5, "z_spacing": 12])
  }

  @Test func bytesDoNotDependOnJobs() throws {
    defer { remove() }
    let lines = Lines()
    try Self.tiny.write(to: folder + "/one", jobs: 1)
    try Self.tiny.write(to: folder + "/four", jobs: 4) { lines.add($0) }
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder + "/one") where name.contains(".") {
      #expect(try contents("one/" + name) == contents("four/" + name), "\(name)")
    }
    #expect(lines.all.count == 5)
    #expect(lines.all.last?.hasSuffix("(5 of 5)") == true)
    #expect(lines.all.contains { $0.hasPrefix("case_00002 14x40x48 int16, 12.0x8.5x8.5 mm, no segmentation (") })
  }

  @Test func anOccupiedFolderIsLeftAlone() throws {
    defer { remove() }
    try FileManager.default.createDirectory(atPath: folder + "/data/case_00007", withIntermediateDirectories: true)
    let set = KiTS19PhantomSet(phantoms: [Self.phantom(0)])
    let data = folder + "/data"
    #expect(throws: PhantomError.occupied(path: data, entries: 1)) { try set.write(to: folder, jobs: 1) }
    #expect(
      "\(PhantomError.occupied(path: "raw/data", entries: 2))"
        == "raw/data: holds 2 entries already, expected an empty folder; "
        + "choose another --out, or give --overwrite")
    try set.write(to: folder, jobs: 1, overwrite: true)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: data).sorted() == ["case_00000", "case_00007", "kits.json"])
  }

  /// Shapes, types, directions and codes as nibabel reads them from KiTS19's own files.
  @Test(.enabled(if: Python.hasNibabel, "needs /usr/bin/python3 with nibabel"))
  func nibabelSeesKiTS19() throws {
    defer { remove() }
    try Self.tiny.write(to: folder, jobs: 2)
    let script = """
      import sys, glob, nibabel as nib, numpy as np
      for f in sorted(glob.glob(sys.argv[1] + '/data/*/*.nii.gz')):
          i = nib.load(f); h = i.header; a = np.asanyarray(i.dataobj)
          print(f.split('/')[-2][-1], f.split('/')[-1][0], a.shape, a.dtype, ''.join(nib.aff2axcodes(i.affine)),
                int(h['sform_code']), int(h['qform_code']), np.allclose(i.header.get_zooms(), (12, 8.5, 8.5)),
                len(np.unique(a)) > 3 if 'imaging' in f else np.unique(a).tolist())
      """
    #expect(
      try Python.output(["-c", script, folder]) == """
        0 i (14, 40, 48) int16 IPL 2 0 True True
        0 s (14, 40, 48) uint8 IPL 2 0 True [0, 1, 2]
        1 i (14, 40, 48) int16 IPL 2 0 True True
        1 s (14, 40, 48) uint16 IPL 0 1 True [0, 1, 2]
        2 i (14, 40, 48) int16 IPL 2 0 True True
        3 i (14, 40, 48) float32 IPL 2 0 True True
        3 s (14, 40, 48) uint8 IPL 2 0 True [0, 1, 2]
        4 i (14, 40, 48) float64 IPL 2 0 True True
        4 s (14, 40, 48) uint8 IPL 2 0 True [0, 1, 2]

        """)
  }

  private static func phantom(
    _ index: Int, scalar: ScalarType = .int16, isLabelled: Bool = true, isQformOnly: Bool = false
  ) -> KiTS19Phantom {
    KiTS19Phantom(
      caseIdentifier: "case_0000\(index)",
      grid: ScanGrid(slices: 14, rows: 40, columns: 48, sliceSpacing: 12, pixel: 8.5, top: 85), seed: 3,
      imageScalar: scalar, isLabelled: isLabelled, isLabelQformOnly: isQformOnly)
  }

  private func contents(_ name: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
  }

  private func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
