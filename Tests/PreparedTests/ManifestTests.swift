import Foundation
import Prepared
import TestSupport
import Testing

struct ManifestTests {
  private let folder = TemporaryFolder()

  /// An entry as it stands in a manifest of version 1.
  private static func entry(_ name: String, fold: Int?, isLabelled: Bool = true) throws -> Manifest.Case {
    let text = """
      {
        "case_identifier": "\(name)", "file": "cases/\(name).h5", "bytes": 9, "sha256": "ab",
        "shape": [2, 3, 4], "spacing_mm": [3.22, 1.62, 1.62], "is_labelled": \(isLabelled),
        "statistics": {
          "channels": [{"minimum": -1.5, "maximum": 2, "mean": 0.1, "std": 1}], "nonfinite_replaced": 0,
          "content_shape": [5, 6, 7],
          "raw_class_voxels": [7, 8], "class_voxels": [5, 6]
        },
        "source": {
          "images": [{"name": "\(name)/imaging.nii.gz", "bytes": 4, "sha256": "cd"}], "shape": [5, 6, 7],
          "spacing_mm": [1, 2, 3], "orientation": "IPL", "transform": "qform", "sform_code": 0, "qform_code": 1,
          "data_type": "int16"
        },
        "warnings": ["tumour vanished"]
      }
      """
    var entry = try CanonicalJSON.value(Manifest.Case.self, from: Data(text.utf8))
    entry.fold = fold
    return entry
  }

  private func sample() throws -> Manifest {
    var manifest = Manifest(
      name: "kits19", channels: ["ct"], classes: ["background", "kidney"], ingestDigest: "i", foldsDigest: "f")
    manifest.folds = 2
    manifest.cases = [
      try Self.entry("case_00000", fold: 1), try Self.entry("case_00001", fold: nil, isLabelled: false),
      try Self.entry("case_00002", fold: 0), try Self.entry("case_00003", fold: 1),
    ]
    manifest.excluded = [.init(caseIdentifier: "case_00015", reason: "ground truth quality")]
    manifest.failed = [.init(caseIdentifier: "case_00016", reason: "the file ends early")]
    manifest.warnings = ["2 folds"]
    return manifest
  }

  @Test func whatIsWrittenIsRead() throws {
    try sample().write(folder: folder.path(""))
    #expect(try Manifest.read(folder: folder.path("")) == sample())
    #expect(try folder.names() == ["datalist.json", "manifest.json", "splits_final.json"])
    let first = try folder.contents("manifest.json")
    try sample().write(folder: folder.path(""))
    #expect(try folder.contents("manifest.json") == first)
  }

  @Test func eachLabelledCaseIsInEverySplitOnce() throws {
    let splits = try sample().splits
    #expect(splits.map(\.train) == [["case_00000", "case_00003"], ["case_00002"]])
    #expect(splits.map(\.val) == [["case_00002"], ["case_00000", "case_00003"]])
    var single = try sample()
    single.folds = 0
    #expect(single.splits.isEmpty)
  }

  /// nnU-Net's and MONAI's own readers want exactly these keys.
  @Test func neighboursFilesHaveTheirKeys() throws {
    try sample().write(folder: folder.path(""))
    #expect(
      String(decoding: try folder.contents("splits_final.json"), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        .joined() == #"[{"train":["case_00000","case_00003"],"val":["case_00002"]},"#
        + #"{"train":["case_00002"],"val":["case_00000","case_00003"]}]"#)
    let item = { (name: String, fold: Int) in
      #"{"fold":\#(fold),"image":"cases/\#(name).h5","label":"cases/\#(name).h5"}"#
    }
    #expect(
      String(decoding: try folder.contents("datalist.json"), as: UTF8.self).split(whereSeparator: \.isWhitespace)
        .joined() == #"{"testing":[{"image":"cases/case_00001.h5"}],"training":["#
        + [item("case_00000", 1), item("case_00002", 0), item("case_00003", 1)].joined(separator: ",") + "]}")
  }

  @Test func noManifestIsNone() throws { #expect(try Manifest.read(folder: folder.path("")) == nil) }

  @Test func otherFilesAreRefused() throws {
    let read = { _ = try Manifest.read(folder: folder.path("")) }
    let text =
      "manifest.json: not a manifest of prepared data, found another text, "
      + "expected JSON of format \"segprep-prepared\""
    for other in ["", "{}", "[1, 2]", #"{"format": "segprep-shards"}"#] {
      try folder.put(other.utf8, "manifest.json")
      #expect(folder.message(read)?.hasSuffix(text) == true)
    }
  }

  @Test func brokenJSONIsADamagedManifest() throws {
    let read = { _ = try Manifest.read(folder: folder.path("")) }
    for broken in [#"{"format": "segprep-prepared""#, #"{"format": "segprep-prepared", "cases": [}"#] {
      try folder.put(broken.utf8, "manifest.json")
      #expect(
        folder.message(read)?.contains("the manifest is damaged, found other bytes than `segprep ingest` wrote") == true
      )
    }
  }

  /// Another version may have other keys.
  @Test(arguments: [true, false]) func otherVersionsAreRefused(hasOurKeys: Bool) throws {
    var later = try sample()
    later.formatVersion = 2
    let text = hasOurKeys ? try CanonicalJSON.text(later) : #"{"format": "segprep-prepared", "format_version": 2}"#
    try folder.put(text.utf8, "manifest.json")
    #expect(
      folder.message { _ = try Manifest.read(path: folder.path("manifest.json")) }
        == "manifest.json: the manifest is of another version, found 2, expected 1; "
        + "use the segprep that wrote it, or ingest again")
  }

  @Test func unreadableFilesAreRefusedInOneLine() throws {
    #expect(
      folder.message { _ = try Manifest.read(path: folder.path("a.json")) }
        == "a.json: cannot open: No such file or directory")
    try folder.put(#"{"format": "segprep-prepared", "format_version": 1}"#.utf8, "b.json")
    #expect(
      folder.message { _ = try Manifest.read(path: folder.path("b.json")) }?.hasPrefix(
        "b.json: the manifest is damaged, found other bytes than `segprep ingest` wrote") == true)
  }
}
