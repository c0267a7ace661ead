import Foundation
import TestSupport
import Testing

@testable import Phantoms

struct BraTS20PhantomSetTests {
  /// Three tiny cases: 6 mm voxels.
  private static func tiny(_ copy: BraTS20PhantomSet.Copy = .official) -> BraTS20PhantomSet {
    BraTS20PhantomSet(phantoms: [1, 4, 5].map(phantom), copy: copy)
  }

  private static func phantom(_ number: Int) -> BraTS20Phantom {
    var phantom = BraTS20Phantom(number: number, size: .small, seed: 3)
    phantom.grid = ScanGrid(slices: 26, rows: 40, columns: 40, sliceSpacing: 6, pixel: 6, top: 78, middle: 9)
    return phantom
  }

  private static let sequences = ["flair", "seg", "t1", "t1ce", "t2"]

  @Test func layoutIsBraTS20s() throws {
    let folder = TemporaryFolder()
    try Self.tiny().write(to: folder.path("raw"), jobs: 1)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path("raw")).filter { $0.contains(".") }
    let cases = ["001", "004", "005"].flatMap { number in
      Self.sequences.map { "BraTS20_Training_\(number)/BraTS20_Training_\(number)_\($0).nii.gz" }
    }
    let expected = (cases + ["name_mapping.csv", "survival_info.csv"]).map { "MICCAI_BraTS2020_TrainingData/\($0)" }
    #expect(names.sorted() == expected.sorted())
  }

  @Test func tablesHaveBraTS20sColumns() throws {
    let phantoms = try BraTS20PhantomSet(cases: 60, size: .small, seed: 1).phantoms
    let names = BraTS20Table.names(of: phantoms).text.split(separator: "\n")
    #expect(
      names[0]
        == "Grade,BraTS_2017_subject_ID,BraTS_2018_subject_ID,TCGA_TCIA_subject_ID,BraTS_2019_subject_ID,"
        + "BraTS_2020_subject_ID")
    #expect(names.count == 61)
    #expect(names.dropFirst().allSatisfy { ["HGG", "LGG"].contains($0.prefix(3)) })
    #expect(names[5] == "LGG,NA,NA,NA,NA,BraTS20_Training_005")
    let survival = BraTS20Table.survival(of: phantoms).text.split(separator: "\n")
    #expect(survival[0] == "Brats20ID,Age,Survival_days,Extent_of_Resection")
    #expect((25..<58).contains(survival.count))
    for row in survival.dropFirst() {
      let cells = row.split(separator: ",")
      #expect(cells.count == 4)
      #expect(Double(cells[1]).map { (19...86).contains($0) } == true)
      #expect(Int(cells[2]) != nil)
      #expect(["GTR", "STR", "NA"].contains(cells[3]))
    }
  }

  @Test func kagglesCopyIsPlainAndMisnamesASegmentation() throws {
    let folder = TemporaryFolder()
    let set = try BraTS20PhantomSet(cases: 2, size: .small, seed: 3, copy: .kaggle)
    try set.write(to: folder.path("raw"), jobs: 2)
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path("raw"))
    #expect(names.count { $0.hasSuffix(".nii") } == 10)
    #expect(!names.contains { $0.hasSuffix(".gz") })
    let odd = "MICCAI_BraTS2020_TrainingData/BraTS20_Training_002/"
    #expect(names.contains(odd + "W39_1998.09.19_Segm.nii"))
    #expect(!names.contains(odd + "BraTS20_Training_002_seg.nii"))
  }

  @Test func bytesDoNotDependOnJobs() throws {
    let folder = TemporaryFolder()
    let lines = Lines()
    try Self.tiny().write(to: folder.path("one"), jobs: 1)
    try Self.tiny().write(to: folder.path("four"), jobs: 4) { lines.add($0) }
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path("one")) where name.contains(".") {
      #expect(try folder.contents("one/" + name) == folder.contents("four/" + name), "\(name)")
    }
    #expect(lines.all.count == 3)
    #expect(lines.all.contains { $0.hasPrefix("BraTS20_Training_005 40x40x26 LGG, no enhancing tumour (") })
  }

  /// Shapes, types, directions and codes as nibabel reads them from BraTS20's own files.
  @Test(.enabled(if: Python.hasNibabel, "needs /usr/bin/python3 with nibabel"))
  func nibabelSeesBraTS20() throws {
    let folder = TemporaryFolder()
    try Self.tiny().write(to: folder.path("raw"), jobs: 2)
    let script = """
      import sys, glob, nibabel as nib, numpy as np
      for f in sorted(glob.glob(sys.argv[1] + '/*/*/*.nii.gz')):
          i = nib.load(f); h = i.header; a = np.asanyarray(i.dataobj)
          print(f.split('_')[-2] + f.split('_')[-1][:-7], a.shape == (40, 40, 26), a.dtype,
                ''.join(nib.aff2axcodes(i.affine)), int(h['sform_code']), int(h['qform_code']), a[0, 0, 0],
                np.unique(a).tolist() if '_seg.' in f else (a < 0).any() or (a != a.round()).any())
      """
    let expected = [
      ("001", "int16", "False", "[0, 1, 2, 4]"), ("004", "float32", "True", "[0, 1, 2, 4]"),
      ("005", "int16", "False", "[0, 1, 2]"),
    ].flatMap { number, t2, isOdd, classes in
      Self.sequences.map { name in
        let type = name == "seg" ? "uint8" : name == "t2" ? t2 : "int16"
        let last = name == "seg" ? classes : name == "t2" ? isOdd : "False"
        return "\(number)\(name) True \(type) LPS 1 1 \(type == "float32" ? "0.0" : "0") \(last)\n"
      }
    }
    let output = try Python.output(["-c", script, folder.path("raw")])
    #expect(output == expected.joined())
  }
}
