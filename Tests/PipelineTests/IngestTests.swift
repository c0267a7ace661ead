import Files
import Foundation
import Pipeline
import Prepared
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#endif

struct IngestTests {
  @Test func casesBecomePreparedOnes() throws {
    let data = try RawFolder(3)
    let report = try data.run()
    #expect(report.exitCode == 0)
    #expect(report.cases.map(\.caseIdentifier) == ["case_00000", "case_00001", "case_00002"])
    #expect(report.cases.allSatisfy { $0.outcome == .prepared && $0.reason == nil })
    #expect(
      try data.folder.names("prepared")
        == [
          ".lock", "cases", "datalist.json", "dataset_fingerprint.json", "manifest.json", "plan.json",
          "previews", "run_report.json", "splits_final.json",
        ])
    #expect(try data.folder.names("prepared/cases") == ["case_00000.h5", "case_00001.h5", "case_00002.h5"])

    let manifest = try #require(try Manifest.read(folder: data.prepared))
    #expect(manifest == report.manifest)
    #expect(manifest.classes == ["background", "kidney", "tumour"])
    #expect(manifest.folds == 3 && Set(manifest.cases.map(\.fold)) == [0, 1, 2])
    for entry in manifest.cases {
      // 6 slices of 3 mm, 20 rows and 24 columns of 0.75 mm, to 3 x 1.5 x 1.5 mm.
      #expect(entry.shape == [6, 10, 12])
      #expect(entry.spacingMm == [3, 1.5, 1.5])
      #expect(entry.statistics.rawClassVoxels?.reduce(0, +) == 6 * 20 * 24)
      #expect(entry.statistics.classVoxels?.reduce(0, +) == 6 * 10 * 12)
      #expect(entry.source.images.map(\.name) == ["\(entry.caseIdentifier)/imaging.nii.gz"])
      #expect(entry.source.orientation == "IPL" && entry.source.transform == "sform")
      #expect(abs(entry.statistics.channels[0].mean) < 1e-5)
      #expect(abs(entry.statistics.channels[0].std - 1) < 1e-5)
      let bytes = try data.folder.contents("prepared/\(entry.file)")
      let hash = SHA256()
      bytes.withUnsafeBytes { hash.update($0) }
      #expect(entry.bytes == bytes.count && entry.sha256 == hash.finish())
      let file = try CaseFileReader(path: data.folder.path("prepared/\(entry.file)"))
      #expect(file.shape.array == entry.shape && file.ingestDigest == manifest.ingestDigest)
    }
  }

  /// Also with every file flushed to the disk, as is the default.
  @Test func observerIsToldOfEachCaseAndStage() throws {
    let data = try RawFolder(2)
    try data.folder.put([], "raw/case_00001/segmentation.nii.gz")
    var ingest = try data.ingest()
    ingest.sync = true
    let heard = Heard()
    _ = try ingest.run(observer: heard)
    #expect(
      heard.all.sorted() == [
        "began 2", "case_00000 clip_hu", "case_00000 load+resample", "case_00000 prepared", "case_00000 write",
        "case_00000 zscore", "case_00001 failed",
      ])
  }

  private final class Heard: IngestObserver {
    private let lines = Mutex([String]())
    var all: [String] { lines.withLock { $0 } }
    func began(cases: Int, rawBytes: Int) { lines.withLock { $0.append("began \(cases)") } }
    func entered(stage: String, caseIdentifier: String) { lines.withLock { $0.append("\(caseIdentifier) \(stage)") } }
    func finished(_ report: CaseReport) {
      lines.withLock { $0.append("\(report.caseIdentifier) \(report.outcome.rawValue)") }
    }
  }

  @Test func jobsDoNotMatter() throws {
    let data = try RawFolder(3)
    try data.folder.put(
      try data.folder.contents("raw/case_00002/imaging.nii.gz").dropLast(9), "raw/case_00002/imaging.nii.gz")
    let text = Sample.replacing(Sample.stage, with: "  - zscore: {over: dataset}")
    try data.run(text, jobs: 1, into: data.folder.path("one"))
    let expected = try data.files(in: "one")
    #expect(expected.count == 17)
    for jobs in [2, 3] {
      try data.run(text, jobs: jobs, into: data.folder.path("several\(jobs)"))
      #expect(try data.files(in: "several\(jobs)") == expected)
    }
    // And again into the same folder.
    try data.run(text, jobs: 2, into: data.folder.path("one"))
    #expect(try data.files(in: "one") == expected)
  }

  @Test func failingCaseDoesNotStopTheOthers() throws {
    let data = try RawFolder(3)
    let whole = try data.folder.contents("raw/case_00001/imaging.nii.gz")
    try data.folder.put(whole[..<(whole.count / 2)], "raw/case_00001/imaging.nii.gz")
    let report = try data.run(jobs: 2)
    #expect(report.exitCode == 1)
    #expect(report.count(.prepared) == 2 && report.count(.failed) == 1)
    #expect(report.manifest.cases.map(\.caseIdentifier) == ["case_00000", "case_00002"])
    let failed = try #require(report.manifest.failed.first)
    #expect(failed.caseIdentifier == "case_00001")
    // Where the raw folder lies is not told.
    #expect(failed.reason.hasPrefix("imaging.nii.gz: the gzip stream ends early, found "))
    #expect(failed.reason.hasSuffix(" bytes once unpacked, expected 6112; download or copy it again"))
    #expect(try data.folder.names("prepared/cases") == ["case_00000.h5", "case_00002.h5"])
  }

  @Test func fileThatChangesWhileItIsReadFailsItsCase() throws {
    let data = try RawFolder(2)
    let path = "raw/case_00001/imaging.nii.gz"
    let longer = try data.folder.contents(path) + [0]
    let observer = Meddler { stage, identifier in
      if stage == "zscore" && identifier == "case_00001" { _ = try? data.folder.put(longer, path) }
    }
    let report = try data.ingest().run(observer: observer)
    #expect(report.manifest.cases.map(\.caseIdentifier) == ["case_00000"])
    #expect(
      report.manifest.failed.first?.reason
        == "imaging.nii.gz: changed while it was read, found \(longer.count) bytes, expected the file as it was with its "
        + "\(longer.count - 1) bytes; run again once it is complete")
    #expect(try data.run().manifest.failed.isEmpty)
  }

  private final class Meddler: IngestObserver {
    private let act: @Sendable (String, String) -> Void
    init(_ act: @escaping @Sendable (String, String) -> Void) { self.act = act }
    func began(cases: Int, rawBytes: Int) {}
    func entered(stage: String, caseIdentifier: String) { act(stage, caseIdentifier) }
    func finished(_ report: CaseReport) {}
  }

  /// With any number of threads the image is reported, although the label may be found damaged first.
  @Test(arguments: [1, 2, 3])
  func imageIsReportedWhereBothFilesAreDamaged(jobs: Int) throws {
    let data = try RawFolder(2)
    for name in ["imaging", "segmentation"] {
      let path = "raw/case_00001/\(name).nii.gz"
      let whole = try data.folder.contents(path)
      try data.folder.put(whole[..<(whole.count - 12)], path)
    }
    let report = try data.run(jobs: jobs)
    #expect(report.manifest.failed.first?.reason.hasPrefix("imaging.nii.gz: ") == true)
  }

  /// Whenever a run ends, the manifest names no case whose file the run may have replaced.
  @Test func manifestForgetsCasesWhileTheyAreMadeAnew() throws {
    let data = try RawFolder(2)
    try data.run()
    let seen = Mutex<[String]?>(nil)
    let observer = Watching { stage in
      if stage == "write" {
        let now = (try? Manifest.read(folder: data.prepared))?.cases.map(\.caseIdentifier)
        seen.withLock { $0 = $0 ?? now }
      }
    }
    var ingest = try data.ingest()
    (ingest.only, ingest.redo) = (["case_00000"], true)
    _ = try ingest.run(observer: observer)
    #expect(seen.withLock { $0 } == ["case_00001"])
    #expect(try Manifest.read(folder: data.prepared)?.cases.count == 2)
  }

  private struct Watching: IngestObserver {
    let entered: @Sendable (String) -> Void
    func began(cases: Int, rawBytes: Int) {}
    func entered(stage: String, caseIdentifier: String) { entered(stage) }
    func finished(_ report: CaseReport) {}
  }

  @Test func nothingPreparedIsExitCodeTwo() throws {
    let data = try RawFolder(2)
    for number in 0..<2 { try data.folder.put([1, 2, 3], "raw/case_0000\(number)/imaging.nii.gz") }
    let report = try data.run()
    #expect(report.exitCode == 2)
    #expect(
      report.manifest.failed.map(\.reason)
        == Array(
          repeating: "imaging.nii.gz: the header is cut short, found 3 bytes, expected 348; download or copy it again",
          count: 2))
  }

  /// A case that fails after it was prepared once is not in the manifest any more.
  @Test func onlySomeCasesKeepsTheOthers() throws {
    let data = try RawFolder(3)
    try data.run(only: ["case_00000", "case_00002"])
    let report = try data.run(only: ["case_00001"])
    #expect(report.cases.map(\.caseIdentifier) == ["case_00001"])
    #expect(report.manifest.cases.map(\.caseIdentifier) == ["case_00000", "case_00001", "case_00002"])
    try data.run(into: data.folder.path("all"))
    #expect(try data.files(in: "prepared") == data.files(in: "all"))
    try data.folder.put([], "raw/case_00001/imaging.nii.gz")
    let failing = try data.run(only: ["case_00001"])
    #expect(failing.manifest.cases.map(\.caseIdentifier) == ["case_00000", "case_00002"])
    #expect(failing.manifest.failed.map(\.caseIdentifier) == ["case_00001"])
  }

  @Test func unlabelledAndExcludedCases() throws {
    let data = try RawFolder(3)
    try data.addCase(3, isLabelled: false)
    let exclude = "  labels: {background: 0, kidney: 1, tumour: 2}\n  exclude:\n    - {cases: [0], reason: noisy}"
    let kept = try data.run(Sample.replacing(Sample.dataset, with: exclude), into: data.folder.path("a"))
    #expect(kept.exitCode == 0)
    #expect(kept.manifest.excluded == [.init(caseIdentifier: "case_00000", reason: "noisy")])
    #expect(kept.manifest.cases.map(\.isLabelled) == [true, true, false])
    #expect(kept.manifest.cases[2].fold == nil)
    let left = try data.run(
      Sample.replacing(Sample.dataset, with: exclude + "\n  unlabelled: exclude"), into: data.folder.path("b"))
    #expect(left.manifest.excluded.last == .init(caseIdentifier: "case_00003", reason: "no label"))
    let absent = exclude.replacing("{cases: [0], reason: noisy}", with: "{class_absent: tumour, reason: no tumour}")
    try data.addCase(1, values: [1, 1])
    let report = try data.run(Sample.replacing(Sample.dataset, with: absent), into: data.folder.path("c"))
    #expect(report.manifest.excluded == [.init(caseIdentifier: "case_00001", reason: "no tumour")])
    #expect(report.cases.first { $0.outcome == .excluded }.map { $0.seconds > 0 } == true)
    #expect(report.exitCode == 0)
  }

  /// Classes need not be numbered without gaps: BraTS20's enhancing tumour is 4.
  @Test func classesWithGapsAreCountedByTheirNumber() throws {
    let data = try RawFolder(0)
    try data.addCase(0, values: [1, 4])
    let text = Sample.replacing(Sample.dataset, with: "  labels: {background: 0, kidney: 1, tumour: 4}")
    let report = try data.run(text)
    let counts = try #require(report.manifest.cases.first?.statistics.rawClassVoxels)
    #expect(counts.count == 5)
    #expect(counts.reduce(0, +) == 6 * 20 * 24)
    #expect(counts.last.map { $0 > 0 } == true)
    #expect(report.manifest.classes == ["background", "kidney", "", "", "tumour"])
  }

  @Test func vanishedClassIsAWarning() throws {
    let data = try RawFolder(1)
    var voxels = [UInt8](repeating: 0, count: 6 * 20 * 24)
    voxels[1500] = 2
    try data.label(0, voxels)
    let report = try data.run()
    #expect(report.manifest.cases[0].warnings == ["tumour vanished: 1 raw voxels, none after the stages"])
  }

  @Test func labelOfBackgroundAloneIsAWarning() throws {
    let data = try RawFolder(1)
    try data.label(0, [UInt8](repeating: 0, count: 6 * 20 * 24))
    let report = try data.run()
    #expect(
      report.manifest.cases[0].warnings == ["its label holds background alone, no voxel of kidney or tumour"])
  }

  @Test func datasetZscoreIsThatOfRawForegroundEachCaseCountingTheSame() throws {
    let data = try RawFolder(2)
    try data.addCase(2, isLabelled: false)
    // What a run without any stage leaves is raw.
    let plain = data.folder.path("plain")
    let lines = Sample.text.split(separator: "\n")
    try data.run((lines[..<5] + ["preprocess: []"] + lines[9...]).joined(separator: "\n"), into: plain)
    var cases: [[Double]] = []
    for number in 0..<2 {
      let file = try CaseFileReader(path: plain + "/cases/\(RawFolder.name(number)).h5")
      let (image, label) = (try file.image(), try #require(try file.label()))
      cases.append((0..<file.shape.count).filter { label.classes[$0] != 0 }.map { Double(image.voxels[$0]) })
    }
    let means = cases.map { $0.reduce(0, +) / Double($0.count) }
    let mean = means.reduce(0, +) / 2
    let squares = cases.map { values in values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count) }
    let std = (squares.reduce(0, +) / 2).squareRoot()
    // Neither resampling nor clipping before it changes what it is measured on.
    try data.run(Sample.replacing(Sample.folds - 1, with: "  - zscore: {over: dataset}"))
    for number in 0..<3 {
      let file = try CaseFileReader(path: data.folder.path("prepared/cases/\(RawFolder.name(number)).h5"))
      let record = try #require(file.decisions.last)
      #expect(abs((record.mean?.first ?? 0) - mean) < 1e-9 && abs((record.std?.first ?? 0) - std) < 1e-9)
    }
  }

  // MARK: what keeps a run from beginning

  @Test func outputOfAnotherPipelineIsRefused() throws {
    let data = try RawFolder(1)
    try data.run()
    let other = Sample.text.replacingOccurrences(of: "z: 3,", with: "z: 4,")
    let (old, new) = (try data.ingest().plan.ingestDigest, try data.ingest(other).plan.ingestDigest)
    let error = #expect(throws: IngestError.self) { try data.run(other) }
    #expect(
      error?.description == "\(data.prepared): holds cases of another pipeline, found ingest digest \(old.prefix(12)), "
        + "expected \(new.prefix(12)); choose another --out, or remove the folder")
    #expect(error?.exitCode == 73)
    // Folds decide no case's bytes.
    #expect(try data.run(Sample.replacing(Sample.folds, with: "folds: {count: 3}")).exitCode == 0)
  }

  @Test func heldOutputIsRefused() throws {
    let data = try RawFolder(1)
    try data.run()
    let lock = open(data.prepared + "/.lock", O_RDWR)
    #expect(flock(lock, LOCK_EX | LOCK_NB) == 0)
    let error = #expect(throws: IngestError.self) { try data.run() }
    #expect(
      error?.description
        == "\(data.prepared): another run is writing there, expected nobody; wait for it, or choose another --out")
    #expect(error?.exitCode == 73)
    close(lock)
    #expect(try data.run().exitCode == 0)
  }

  @Test func outputInTheWayIsRefused() throws {
    let data = try RawFolder(1)
    try data.folder.put([], "prepared")
    let error = #expect(throws: IngestError.self) { try data.run() }
    #expect(
      error?.description
        == "\(data.prepared): cannot write there, found a file at \(data.prepared), expected a folder; "
        + "choose another --out")
    #expect(error?.exitCode == 73)
  }

  @Test func unknownCasesAreNamed() throws {
    let data = try RawFolder(2)
    let error = #expect(throws: IngestError.self) { try data.run(only: ["case_00001", "case_0001"]) }
    #expect(
      error?.description == "--cases: no such case, found case_0001, expected some of case_00000, case_00001; "
        + "did you mean case_00001?")
    #expect(error?.exitCode == 64)
  }

  @Test func everyCaseLeftOutIsAnError() throws {
    let data = try RawFolder(0)
    try data.addCase(0, isLabelled: false)
    let text = Sample.replacing(
      Sample.dataset, with: "  labels: {background: 0, kidney: 1, tumour: 2}\n  unlabelled: exclude")
    let error = #expect(throws: IngestError.self) { try data.run(text) }
    #expect(
      error?.description == "\(data.raw): no case is left to prepare, found 1 that the pipeline leaves out, "
        + "expected at least one; look at `exclude` and `unlabelled`")
    #expect(error?.exitCode == 2)
  }

  @Test func leftoversOfKilledRunsAreRemoved() throws {
    let data = try RawFolder(1)
    try data.folder.put([1], "prepared/cases/.case_00000.h5.123.tmp")
    try data.folder.put([1], "prepared/.manifest.json.123.tmp")
    try data.folder.put([1], "prepared/notes.txt")
    try data.run()
    #expect(try data.folder.names("prepared/cases") == ["case_00000.h5"])
    #expect(try data.folder.names("prepared").filter { $0.hasPrefix(".") } == [".lock"])
    #expect(try data.folder.contents("prepared/notes.txt") == [1])
  }

  /// No absolute path, user or host name in what must be the same everywhere.
  @Test func filesHoldNothingOfTheMachine() throws {
    let data = try RawFolder(2)
    try data.folder.put([1], "raw/case_00001/segmentation.nii.gz")
    try data.run()
    let here = Array(data.folder.path("").utf8.dropLast())
    for (name, bytes) in try data.files(in: "prepared") {
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(!text.contains(String(decoding: here, as: UTF8.self)), "\(name)")
    }
  }

  // MARK: dry run

  @Test func dryRunSaysWhatARunWillDo() throws {
    let data = try RawFolder(2)
    try data.folder.put([], "raw/case_00001/segmentation.nii.gz")
    let dryRun = try DryRun(try data.ingest())
    #expect(dryRun.exitCode == 1)
    #expect(dryRun.items.map(\.shape) == [[6, 10, 12], nil])
    #expect(dryRun.items[0].bytes == 720 * 5)
    #expect(dryRun.items[1].problem?.contains("the file is empty") == true)
    #expect(dryRun.items[1].problem?.hasPrefix("segmentation.nii.gz: ") == true)
    #expect(
      dryRun.text.contains(
        "\n1 case to prepare, 3.6 kB; 0 kept as they are; 0 left out; 1 will fail.\nExpected: less than 1 s with "))
    #expect(dryRun.text.hasSuffix(" Nothing was written.\n"))
    #expect(!Folder.isFolder(data.prepared))
    let report = try data.run()
    #expect(report.exitCode == dryRun.exitCode)
    #expect(report.manifest.cases[0].shape == dryRun.items[0].shape)
  }
}
