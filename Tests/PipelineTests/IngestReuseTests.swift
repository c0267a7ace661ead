import Foundation
import Pipeline
import Prepared
import Testing

/// A second run makes what is new or has changed, and nothing else; content decides.
struct IngestReuseTests {
  private func outcomes(_ report: IngestReport) -> [CaseReport.Outcome] { report.cases.map(\.outcome) }
  private func causes(_ report: IngestReport) -> [String?] { report.cases.map(\.cause) }

  @Test(arguments: [1, 2])
  func nothingChangedMakesNothing(jobs: Int) throws {
    let data = try RawFolder(3)
    try data.run(jobs: jobs)
    let before = try data.files(in: "prepared")
    let path = data.prepared + "/cases/case_00001.h5"
    let made = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
    let report = try data.run(jobs: jobs)
    #expect(outcomes(report) == [.kept, .kept, .kept] && report.exitCode == 0)
    #expect(try data.files(in: "prepared") == before)
    #expect(try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date == made)
  }

  @Test func changedLabelIsMadeAnewAndSaidSo() throws {
    let data = try RawFolder(3)
    try data.run()
    try data.addCase(1, values: [2, 1])
    let report = try data.run()
    #expect(outcomes(report) == [.kept, .prepared, .kept])
    #expect(causes(report) == [nil, "segmentation.nii.gz changed", nil])
    // The same as if there had been nothing before.
    try data.run(into: data.folder.path("fresh"))
    #expect(try data.files(in: "prepared") == data.files(in: "fresh"))
  }

  @Test func newTimeOfTheSameContentIsNoChange() throws {
    let data = try RawFolder(2)
    try data.run()
    let image = "raw/case_00000/imaging.nii.gz"
    try data.folder.put(data.folder.contents(image), image)
    #expect(outcomes(try data.run()) == [.kept, .kept])
  }

  @Test func contentDecidesWhereNothingIsRecorded() throws {
    let data = try RawFolder(2)
    try data.run()
    try FileManager.default.removeItem(atPath: data.prepared + "/run_report.json")
    #expect(outcomes(try data.run()) == [.kept, .kept])
  }

  /// As after a kill: files are there, and nothing that names them.
  @Test func finishedCasesOfAStoppedRunAreTakenUp() throws {
    let data = try RawFolder(3)
    try data.run()
    let undisturbed = try data.files(in: "prepared")
    for name in ["manifest.json", "splits_final.json", "datalist.json", "plan.json", "run_report.json"] {
      try FileManager.default.removeItem(atPath: data.prepared + "/" + name)
    }
    try FileManager.default.removeItem(atPath: data.prepared + "/cases/case_00002.h5")
    try data.folder.put([1, 2, 3], "prepared/cases/.case_00002.h5.1.tmp")
    let report = try data.run()
    #expect(outcomes(report) == [.kept, .kept, .prepared])
    #expect(try data.files(in: "prepared") == undisturbed)
  }

  @Test func damagedPreparedFileIsMadeAnew() throws {
    let data = try RawFolder(2)
    try data.run()
    let undisturbed = try data.files(in: "prepared")
    let whole = try data.folder.contents("prepared/cases/case_00001.h5")
    try data.folder.put(whole[..<(whole.count / 2)], "prepared/cases/case_00001.h5")
    let report = try data.run()
    #expect(causes(report) == [nil, "its prepared file is damaged"])
    #expect(try data.files(in: "prepared") == undisturbed)
  }

  /// As after a kill between the old previews and the new ones, and after damage that `verify` names.
  @Test func whatLiesBesideTheCasesIsMended() throws {
    let data = try RawFolder(2)
    try data.run()
    let undisturbed = try data.files(in: "prepared")
    try FileManager.default.removeItem(atPath: data.prepared + "/previews/case_00001")
    try data.folder.put([1, 2, 3], "prepared/dataset_fingerprint.json")
    #expect(causes(try data.run()) == [nil, "its previews are gone"])
    #expect(try data.files(in: "prepared") == undisturbed)
  }

  @Test func labelThatWentIsAChange() throws {
    let data = try RawFolder(2)
    try data.run()
    try FileManager.default.removeItem(atPath: data.raw + "/case_00001/segmentation.nii.gz")
    let report = try data.run()
    #expect(causes(report) == [nil, "its label is gone"])
    #expect(report.manifest.cases.map(\.isLabelled) == [true, false])
  }

  @Test func caseThatIsGoneStaysUntilPruned() throws {
    let data = try RawFolder(3)
    try data.run()
    try FileManager.default.removeItem(atPath: data.raw + "/case_00001")
    let kept = try data.run()
    #expect(kept.gone == ["case_00001"])
    #expect(kept.manifest.cases.count == 3)
    var ingest = try data.ingest()
    ingest.prune = true
    let pruned = try ingest.run(observer: Deaf())
    #expect(pruned.gone == ["case_00001"] && pruned.manifest.cases.count == 2)
    #expect(try data.folder.names("prepared/cases") == ["case_00000.h5", "case_00002.h5"])
  }

  /// With `keep` none would: tested with the fold schemes.
  @Test func casesThatMoveToAnotherFoldAreNamed() throws {
    let data = try RawFolder(5)
    #expect(try data.run().moved.isEmpty)
    #expect(try data.run().moved.isEmpty)
    let reseeded = try data.run(Sample.replacing(Sample.folds, with: "folds: {count: 5, seed: 7}"))
    let kept = try #require(try Manifest.read(folder: data.prepared))
    #expect(outcomes(reseeded) == Array(repeating: .kept, count: 5))
    #expect(!reseeded.moved.isEmpty && reseeded.moved.count <= kept.cases.count)
  }

  /// As in a checkout of KiTS19 whose large images were removed once they were prepared: the labels are in git.
  @Test(arguments: [false, true]) func preparedCaseStaysWithoutItsImage(redo: Bool) throws {
    let data = try RawFolder(3)
    try data.run()
    let (image, aside) = (data.raw + "/case_00001/imaging.nii.gz", data.folder.path("aside"))
    let before = try data.files(in: "prepared")
    let entries = try Manifest.required(folder: data.prepared).cases
    try FileManager.default.moveItem(atPath: image, toPath: aside)
    var ingest = try data.ingest()
    ingest.redo = redo
    for _ in 0..<2 {
      let foretold = try DryRun(ingest).items.map(\.problem)
      let report = try ingest.run(observer: Deaf())
      #expect(foretold == [nil, report.cases[1].reason, nil])
      #expect(report.count(.failed) == 1 && report.exitCode == 1)
      #expect(
        report.manifest.failed.map(\.reason) == [
          "imaging.nii.gz is missing, found segmentation.nii.gz; the images are downloaded by the data set's own "
            + "get_imaging script; what was prepared of it earlier stays"
        ])
      #expect(report.manifest.cases == entries)
      var after = try data.files(in: "prepared")
      after["manifest.json"] = before["manifest.json"]
      #expect(after == before)
    }
    try FileManager.default.moveItem(atPath: aside, toPath: image)
    #expect(outcomes(try data.run()) == [.kept, .kept, .kept])
    #expect(try data.files(in: "prepared") == before)
  }

  /// A case that cannot be read for a moment must not have all others made anew, by numbers without it.
  @Test func numbersOverTheDataSetCountACaseThatStays() throws {
    let text = Sample.replacing(Sample.folds - 1, with: "  - zscore: {over: dataset}")
    let data = try RawFolder(3)
    try data.run(text)
    try FileManager.default.removeItem(atPath: data.raw + "/case_00001/imaging.nii.gz")
    let report = try data.run(text)
    #expect(outcomes(report) == [.kept, .failed, .kept])
    #expect(report.manifest.cases.count == 3 && report.manifest.warnings.allSatisfy { !$0.contains("earlier numbers") })
  }

  /// A run without --cases would not help: it is what has just been.
  @Test func caseThatStaysOutOfStepIsToBeMended() throws {
    let text = Sample.replacing(Sample.folds - 1, with: "  - zscore: {over: dataset}")
    let data = try RawFolder(3)
    try data.run(text)
    try FileManager.default.removeItem(atPath: data.raw + "/case_00001/imaging.nii.gz")
    try data.addCase(3)
    func warnings(only: [String]? = nil) throws -> [String] {
      try data.run(text, only: only).manifest.warnings.filter { $0.contains("earlier numbers") }
    }
    let start = "prepared by earlier numbers over the data set, expected those of now; "
    let wait = "run `segprep ingest` without --cases, and with --prune where raw files are gone"
    #expect(try warnings(only: ["case_00003"]) == ["case_00000, case_00001, case_00002: \(start)\(wait)"])
    let mend = "mend what FAILED says of each, and run `segprep ingest` again"
    #expect(
      try warnings(only: ["case_00001", "case_00003"]) == [
        "case_00000, case_00002: \(start)\(wait)", "case_00001: \(start)\(mend)",
      ])
    #expect(try warnings() == ["case_00001: \(start)\(mend)"])
  }

  /// Whatever else is known of a case, what was prepared of other voxels does not stay.
  @Test func preparedCaseGoesWhereItsImageIsAnother() throws {
    let data = try RawFolder(2)
    try data.run()
    let image = "raw/case_00001/imaging.nii.gz"
    try data.folder.put(try data.folder.contents(image).dropLast(40), image)
    let report = try data.run()
    #expect(outcomes(report) == [.kept, .failed])
    #expect(causes(report) == [nil, "imaging.nii.gz changed"])
    #expect(report.manifest.cases.map(\.caseIdentifier) == ["case_00000"])
    #expect(try data.folder.names("prepared/cases") == ["case_00000.h5"])
    #expect(try data.folder.names("prepared/previews") == ["case_00000"])
  }

  /// As after a stop before the manifest: it still says that the case failed, though it was made since.
  @Test func madeCaseOutlastsARunOverAnother() throws {
    let data = try RawFolder(3)
    let image = "raw/case_00001/imaging.nii.gz"
    let whole = try data.folder.contents(image)
    try data.folder.put(whole.dropLast(40), image)
    let old = try data.run().manifest
    #expect(old.failed.map(\.caseIdentifier) == ["case_00001"])
    try data.folder.put(whole, image)
    try data.run()
    try old.write(folder: data.prepared, flush: false)
    try data.run(only: ["case_00000"])
    #expect(try data.folder.names("prepared/cases") == ["case_00000.h5", "case_00001.h5", "case_00002.h5"])
    #expect(outcomes(try data.run()) == [.kept, .kept, .kept])
  }

  /// A run that ends before its manifest is written leaves one that names what is there.
  @Test func nothingGoesThatTheManifestStillNames() throws {
    let data = try RawFolder(3)
    try data.run()
    let first = "prepared/cases/case_00000.h5"
    try data.folder.put(try data.folder.contents(first).prefix(100), first)
    try FileManager.default.removeItem(atPath: data.raw + "/case_00002")
    var ingest = try data.ingest(only: ["case_00001"])
    ingest.prune = true
    // The first case is not looked at until the fingerprint of all is taken.
    #expect(throws: (any Error).self) { try ingest.run(observer: Deaf()) }
    for entry in try Manifest.required(folder: data.prepared).cases {
      #expect(FileManager.default.fileExists(atPath: data.prepared + "/" + entry.file))
    }
  }

  @Test func redoMakesEverything() throws {
    let data = try RawFolder(2)
    try data.run()
    let before = try data.files(in: "prepared")
    var ingest = try data.ingest()
    ingest.redo = true
    #expect(outcomes(try ingest.run(observer: Deaf())) == [.prepared, .prepared])
    #expect(try data.files(in: "prepared") == before)
  }

  /// A case that its voxels left out has no prepared file, and is not read again for that.
  @Test func caseThatItsVoxelsLeftOutIsReadOnce() throws {
    let rule = "  exclude:\n    - {class_absent: tumour, reason: no tumour}"
    let text = Sample.replacing(Sample.dataset, with: "  labels: {background: 0, kidney: 1, tumour: 2}\n" + rule)
    let data = try RawFolder(2)
    try data.addCase(1, values: [1, 1])
    let first = try data.run(text)
    #expect(outcomes(first) == [.prepared, .excluded] && first.cases[1].seconds > 0)
    let before = try data.files(in: "prepared")
    let second = try data.run(text)
    #expect(outcomes(second) == [.kept, .excluded] && second.cases[1].seconds == 0)
    #expect(second.cases[1].reason == "no tumour")
    #expect(try data.files(in: "prepared") == before)
    // Its label gets a tumour.
    try data.addCase(1)
    #expect(outcomes(try data.run(text)) == [.kept, .prepared])
    // And loses it again; another rule makes it count.
    try data.addCase(1, values: [1, 1])
    #expect(outcomes(try data.run(text)) == [.kept, .excluded])
  }

  /// Another case in the data set moves its mean, and with it every case that was scaled by it.
  @Test func changedMeanOfTheDataSetIsAChange() throws {
    let text = Sample.replacing(Sample.folds - 1, with: "  - zscore: {over: dataset}")
    let data = try RawFolder(2)
    try data.run(text)
    #expect(outcomes(try data.run(text)) == [.kept, .kept])
    try data.addCase(2)
    let report = try data.run(text)
    #expect(causes(report) == ["the data set's intensities changed", "the data set's intensities changed", nil])
  }

  private struct Deaf: IngestObserver {
    func began(cases: Int, rawBytes: Int) {}
    func entered(stage: String, caseIdentifier: String) {}
    func finished(_ report: CaseReport) {}
  }
}
