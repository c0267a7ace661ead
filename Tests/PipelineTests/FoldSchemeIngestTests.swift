import Foundation
import Pipeline
import Prepared
import Testing

/// Folds of a whole run: from the pipeline file, and the files beside it, to the manifest.
struct FoldSchemeIngestTests {
  private func ingest(_ data: RawFolder, _ folds: String) throws -> Ingest {
    let text = Sample.replacing(Sample.folds, with: "folds: {\(folds)}")
    let plan = try Plan.read(try data.folder.put(Array(text.utf8), "pipeline/sample.yaml"))
    var ingest = Ingest(plan: plan, raw: data.raw, prepared: data.prepared, jobs: 1)
    ingest.sync = false
    return ingest
  }

  private func run(_ data: RawFolder, _ folds: String) throws -> Manifest {
    try ingest(data, folds).run(observer: Mute()).manifest
  }

  private func folds(_ manifest: Manifest) -> [Int?] { manifest.cases.map(\.fold) }

  @Test func stratifiedSpreadsTheVolume() throws {
    let data = try RawFolder(6)
    // The tumour shrinks from case to case, so that blocks are the pairs 0-1, 2-3, 4-5.
    let manifest = try run(data, "scheme: stratified, count: 2")
    #expect(manifest.folds == 2)
    for pair in 0..<3 { #expect(Set(folds(manifest)[2 * pair..<2 * pair + 2]) == [0, 1]) }
  }

  @Test func groupsStayTogether() throws {
    let data = try RawFolder(4)
    let csv = "case,patient\ncase_00000,a\ncase_00001,b\ncase_00002,a\ncase_00003,c\n"
    try data.folder.put(Array(csv.utf8), "pipeline/groups.csv")
    let line = "scheme: grouped, count: 2, groups: groups.csv, column: patient"
    let manifest = try run(data, line)
    #expect(folds(manifest) == [0, 1, 0, 1])
    let saved = String(decoding: try data.folder.contents("prepared/plan.json"), as: UTF8.self)
    #expect(saved.contains("\"groups\": \"groups.csv\"") && !saved.contains(data.folder.path("")))
    #expect(PlanDescription.text(of: try ingest(data, line).plan).contains("cases of one `patient` in groups.csv"))
    // The content counts, the name does not.
    try data.folder.put(Array(csv.utf8), "pipeline/other.csv")
    let renamed = try ingest(data, line.replacingOccurrences(of: "groups.csv", with: "other.csv"))
    #expect(renamed.plan.foldsDigest == manifest.foldsDigest)
    try data.folder.put(Array((csv + "case_00009,z\n").utf8), "pipeline/groups.csv")
    #expect(try ingest(data, line).plan.foldsDigest != manifest.foldsDigest)
  }

  @Test func caseWithoutGroupEndsTheRunBeforeItBegins() throws {
    let data = try RawFolder(2)
    try data.folder.put(Array("case,patient\ncase_00000,a\n".utf8), "pipeline/groups.csv")
    let message = data.folder.message { _ = try run(data, "scheme: grouped, groups: groups.csv, column: patient") }
    #expect(message?.hasPrefix("pipeline/groups.csv: a labelled case is missing, found nothing on case_00001") == true)
    #expect(!FileManager.default.fileExists(atPath: data.prepared))
  }

  /// Prepared cases stay without their raw files, and need their groups still: no case is made for nothing.
  @Test(arguments: ["case_00001/imaging.nii.gz", "case_00001"])
  func caseThatStaysWithoutGroupEndsTheRunBeforeAnyIsMade(gone: String) throws {
    let data = try RawFolder(3)
    let lines = (0..<4).map { "case_0000\($0),\($0)\n" }
    let line = "scheme: grouped, count: 2, groups: groups.csv, column: patient"
    func groups(_ lines: [String]) throws {
      try data.folder.put(Array(("case,patient\n" + lines.joined()).utf8), "pipeline/groups.csv")
    }
    try groups(lines)
    let before = try run(data, line)
    try FileManager.default.removeItem(atPath: data.raw + "/" + gone)
    try groups(lines.filter { !$0.hasPrefix("case_00001") })
    try data.addCase(3)
    let expected =
      "pipeline/groups.csv: a labelled case is missing, found nothing on case_00001, expected a line with the "
      + "`patient` of each; add it, or leave it out with `exclude`; a prepared case counts though its raw files were not "
      + "read or are gone: --prune drops it where they are gone"
    for only in [nil, ["case_00000"], ["case_00003"]] {
      var ingest = try ingest(data, line)
      ingest.only = only
      #expect(data.folder.message { _ = try ingest.run(observer: Mute()) } == expected)
      #expect(data.folder.message { _ = try DryRun(ingest) } == expected)
    }
    #expect(try Manifest.required(folder: data.prepared) == before)
    #expect(try data.folder.names("prepared/cases").count == 3)
    var pruning = try ingest(data, line)
    pruning.prune = true
    let isGone = gone == "case_00001"
    #expect(data.folder.message { _ = try pruning.run(observer: Mute()) } == (isGone ? nil : expected))
    // With its line it stays as it was.
    if !isGone {
      try groups(lines)
      #expect(try run(data, line).cases.map(\.caseIdentifier) == (0..<4).map(RawFolder.name))
    }
  }

  @Test func fileThatIsNotThereIsNamed() throws {
    let data = try RawFolder(1)
    let message = data.folder.message { _ = try ingest(data, "scheme: file, file: s.json") }
    #expect(
      message == "pipeline/s.json: cannot be read, found cannot open: No such file or directory, "
        + "expected the file that `folds` names, below the pipeline file's folder")
  }

  /// What a run wrote can be given back.
  @Test func splitsOfAnotherRunAreTakenOver() throws {
    let data = try RawFolder(5)
    let plain = try run(data, "count: 3, seed: 4")
    try data.folder.put(data.folder.contents("prepared/splits_final.json"), "pipeline/s.json")
    let before = try data.folder.contents("prepared/splits_final.json")
    let manifest = try run(data, "scheme: file, file: s.json")
    #expect(folds(manifest) == folds(plain) && manifest.folds == 3 && manifest.warnings.isEmpty)
    #expect(try data.folder.contents("prepared/splits_final.json") == before)
  }

  @Test func emptyFoldsAreSaid() throws {
    let data = try RawFolder(2)
    let splits = """
      [{"train": ["case_00001"], "val": ["case_00000"]}, {"train": ["case_00000"], "val": ["case_00001"]},
       {"train": ["case_00000", "case_00001"], "val": []}]
      """
    try data.folder.put(Array(splits.utf8), "pipeline/s.json")
    let manifest = try run(data, "scheme: file, file: s.json")
    #expect(manifest.folds == 3)
    #expect(manifest.warnings == ["folds: no case is in fold 2: nothing is validated on there"])
  }

  /// What a rule on voxels leaves out needs no line in the file.
  @Test func caseWithoutTheClassNeedsNoFold() throws {
    let data = try RawFolder(3)
    try data.addCase(2, values: [1, 1])
    let splits = #"[{"train": [], "val": ["case_00000"]}, {"train": [], "val": ["case_00001"]}]"#
    try data.folder.put(Array(splits.utf8), "pipeline/s.json")
    let message = data.folder.message { _ = try run(data, "scheme: file, file: s.json") }
    #expect(message?.contains("found nothing on case_00002") == true)
    let text = Sample.replacing(Sample.folds, with: "folds: {scheme: file, file: s.json}").replacingOccurrences(
      of: "  channels: [ct]", with: "  channels: [ct]\n  exclude: [{class_absent: tumour, reason: no tumour}]")
    let plan = try Plan.read(try data.folder.put(Array(text.utf8), "pipeline/rule.yaml"))
    let manifest = try Ingest(plan: plan, raw: data.raw, prepared: data.prepared, jobs: 1).run(observer: Mute())
      .manifest
    #expect(folds(manifest) == [0, 1] && manifest.excluded.map(\.caseIdentifier) == ["case_00002"])
  }

  @Test func keptFoldsDoNotMove() throws {
    let data = try RawFolder(5)
    let before = folds(try run(data, "count: 2, keep: true"))
    try data.addCase(5)
    try data.addCase(6)
    // A case that is made anew keeps its fold too.
    try data.addCase(1, values: [2, 1])
    let after = try run(data, "count: 2, keep: true")
    #expect(Array(folds(after).prefix(5)) == before)
    #expect(folds(after).suffix(2).map { $0 ?? -1 } == [1, 0])
    #expect(after.heldFolds == nil)
  }

  /// As after a kill while a case was made anew: the manifest no longer vouches for it, and still knows its fold.
  @Test func foldsAreKeptThroughAStop() throws {
    let data = try RawFolder(5)
    let manifest = try run(data, "count: 2, keep: true")
    try manifest.without(["case_00000", "case_00003"]).write(folder: data.prepared, flush: false)
    #expect(folds(try run(data, "count: 2, keep: true")) == folds(manifest))
  }

  @Test func sameImageUnderTwoNamesIsWarnedAbout() throws {
    let data = try RawFolder(4)
    try data.folder.put(data.folder.contents("raw/case_00000/imaging.nii.gz"), "raw/case_00002/imaging.nii.gz")
    let csv = "case,patient\n" + (0..<4).map { "case_0000\($0),\($0 % 2)\n" }.joined()
    try data.folder.put(Array(csv.utf8), "pipeline/groups.csv")
    let together = try run(data, "scheme: grouped, count: 2, groups: groups.csv, column: patient").warnings
    #expect(together.count == 1 && together[0].hasPrefix("case_00000 and case_00002 have the same image (all in fold "))
    let splits = """
      [{"train": [], "val": ["case_00000", "case_00001"]}, {"train": [], "val": ["case_00002", "case_00003"]}]
      """
    try data.folder.put(Array(splits.utf8), "pipeline/s.json")
    let apart = try run(data, "scheme: file, file: s.json").warnings
    let leak = "LEAK: case_00000 and case_00002 have the same image and lie apart (fold 0, fold 1)"
    #expect(apart.last?.hasPrefix(leak) == true)
  }

  private struct Mute: IngestObserver {
    func began(cases: Int, rawBytes: Int) {}
    func entered(stage: String, caseIdentifier: String) {}
    func finished(_ report: CaseReport) {}
  }
}
