import Datasets
import Testing

@Suite struct BraTS20LayoutTests {
  private static let first = "BraTS20_Training_001"

  /// A case's files, by what follows the case's name.
  private func files(_ identifier: String, _ endings: [String], in prefix: String = "") -> [String] {
    endings.map { "\(prefix)\(identifier)/\(identifier)_\($0)" }
  }

  private func only(_ folder: TemporaryFolder, _ channels: [String] = ["t1ce"]) throws -> RawCase {
    let cases = try BraTS20Layout.discover(folder.path, channels: channels)
    #expect(cases.count == 1)
    return try #require(cases.first)
  }

  @Test(arguments: ["", "MICCAI_BraTS2020_TrainingData/", "any name/"])
  func casesAreFoundInTheFolderAndOneLevelDown(prefix: String) throws {
    let folder = try TemporaryFolder(
      files("BraTS20_Training_002", ["flair.nii", "t1ce.nii", "t1.nii"], in: prefix)
        + files(Self.first, ["seg.nii.gz", "t1ce.nii.gz", "flair.nii.gz", "t2.nii.gz"], in: prefix)
        + ["\(prefix)notes.csv", "\(prefix)BraTS20_Training_003.zip", "\(prefix)BraTS20_Training_x/a.nii"])
    let path = { (identifier: String, ending: String) in
      RawFile("\(folder.path)/\(prefix)\(identifier)/\(identifier)_\(ending)")
    }
    let expected = [
      RawCase(
        identifier: Self.first, images: [path(Self.first, "t1ce.nii.gz"), path(Self.first, "flair.nii.gz")],
        label: path(Self.first, "seg.nii.gz")),
      RawCase(
        identifier: "BraTS20_Training_002",
        images: [path("BraTS20_Training_002", "t1ce.nii"), path("BraTS20_Training_002", "flair.nii")], label: nil),
    ]
    #expect(try BraTS20Layout.discover(folder.path, channels: ["t1ce", "flair"]) == expected)
    #expect(
      try DatasetLayout.brats20.discover(folder.path + "/", channels: ["t1ce", "flair"], labels: .organs).cases.count
        == 2)
  }

  @Test func validationCasesHaveNoLabel() throws {
    let folder = try TemporaryFolder(files("BraTS20_Validation_001", ["t1.nii.gz", "t1ce.nii.gz"]))
    let found = try only(folder)
    #expect(found.identifier == "BraTS20_Validation_001")
    #expect(found.label == nil && found.images.count == 1 && found.problems.isEmpty && found.notes.isEmpty)
  }

  @Test func trainingFolderIsTakenOfSeveral() throws {
    let folder = try TemporaryFolder(
      files("BraTS20_Validation_001", ["t1ce.nii"], in: "MICCAI_BraTS2020_ValidationData/")
        + files(Self.first, ["t1ce.nii"], in: "MICCAI_BraTS2020_TrainingData/"))
    #expect(try only(folder).identifier == Self.first)
  }

  @Test func severalOtherFoldersAreNoAnswer() throws {
    let folder = try TemporaryFolder(
      files(Self.first, ["t1ce.nii"], in: "a/") + files(Self.first, ["t1ce.nii"], in: "b/"))
    let error = #expect(throws: DatasetError.self) {
      try BraTS20Layout.discover(folder.path, channels: ["t1ce"])
    }
    #expect(
      error?.description == "\(folder.path): several folders with cases, found a, b, expected one; "
        + "give the folder that is meant")
  }

  /// Case 355 of the copy on Kaggle: what is in the files decides, whatever they are called.
  @Test func missingSegmentationMayBeAnyOtherFile() throws {
    let names = ["W39_1998.09.19_Segm.nii", "brain.NII.gz", "segments.txt", "BraTS20_Training_001_flair.nii"]
    let folder = try TemporaryFolder(
      files(Self.first, ["t1ce.nii", "t1.nii"]) + names.map { "\(Self.first)/\($0)" })
    let found = try only(folder)
    #expect(found.problems.isEmpty && found.label == nil && found.notes.isEmpty)
    #expect(found.missingLabel?.name == "BraTS20_Training_001_seg.nii.gz")
    #expect(
      found.missingLabel?.candidates.map(\.name) == [
        "BraTS20_Training_001/W39_1998.09.19_Segm.nii", "BraTS20_Training_001/brain.NII.gz",
      ])
  }

  @Test func nothingIsSearchedForWhereNothingIsMissing() throws {
    let folder = try TemporaryFolder(files(Self.first, ["t1ce.nii", "seg.nii"]) + ["\(Self.first)/old_segm.nii"])
    let found = try only(folder)
    #expect(found.label?.path.hasSuffix("/BraTS20_Training_001_seg.nii") == true)
    #expect(found.missingLabel == nil)
    let other = try TemporaryFolder(files(Self.first, ["t1ce.nii", "flair.nii.gz", "t1.nii", "t2.nii"]))
    #expect(try only(other).missingLabel == nil)
  }

  /// A Mac leaves `._NAME` beside each file it copies to a foreign disk.
  @Test func hiddenFilesDoNotCount() throws {
    let folder = try TemporaryFolder(
      files(Self.first, ["t1ce.nii.gz"]) + ["\(Self.first)/._BraTS20_Training_001_seg.nii.gz"])
    let found = try only(folder)
    #expect(found.label == nil && found.problems.isEmpty && found.notes.isEmpty)
  }

  @Test func problemsSayWhatWasExpectedAndFound() throws {
    let folder = try TemporaryFolder(
      files("BraTS20_Training_001", ["flair.nii.gz", "seg.nii.gz"])
        + files("BraTS20_Training_002", ["t1ce.nii", "t1ce.nii.gz", "t2.nii", "seg.nii", "seg.nii.gz"])
        + files("BraTS20_Training_003", ["t1ce.nii.gz/", "t2.nii"])
        + files("BraTS20_Training_004", ["t1ce.nii", "t2.nii"])
        + ["BraTS20_Training_005"]
        + files("BraTS20_Training_006", ["t1ce.nii"]))
    let cases = try BraTS20Layout.discover(folder.path, channels: ["t1ce", "t2"])
    #expect(cases.allSatisfy { $0.images.isEmpty || $0.identifier == "BraTS20_Training_004" })
    #expect(
      cases.flatMap(\.problems) == [
        "BraTS20_Training_001: BraTS20_Training_001_t1ce.nii.gz and BraTS20_Training_001_t2.nii.gz are missing, "
          + "found BraTS20_Training_001_flair.nii.gz, BraTS20_Training_001_seg.nii.gz; "
          + "download the case again, or leave the channel out of `channels`",
        "BraTS20_Training_002: found both BraTS20_Training_002_t1ce.nii.gz and BraTS20_Training_002_t1ce.nii, "
          + "expected one of them; remove the other",
        "BraTS20_Training_002: found both BraTS20_Training_002_seg.nii.gz and BraTS20_Training_002_seg.nii, "
          + "expected one of them; remove the other",
        "BraTS20_Training_003: BraTS20_Training_003_t1ce.nii.gz is not a file, found a folder or a broken link, "
          + "expected a NIfTI file; download the case again",
        "BraTS20_Training_005: is not a case, found a file or a broken link, "
          + "expected a folder with a file for each channel",
        "BraTS20_Training_006: BraTS20_Training_006_t2.nii.gz is missing, found BraTS20_Training_006_t1ce.nii; "
          + "download the case again, or leave the channel out of `channels`",
      ])
  }

  @Test func noCaseSaysWhereItLookedAndWhatIsThere() throws {
    let folder = try TemporaryFolder(["case_00000/imaging.nii.gz", "kits.json"])
    let expected =
      "expected folders BraTS20_Training_001, BraTS20_Training_002, ..., each with NAME_flair, NAME_t1, NAME_t1ce, "
      + "NAME_t2 and NAME_seg, as .nii.gz or .nii; give the folder that holds the cases, or the one above its "
      + "MICCAI_BraTS2020_TrainingData/"
    let error = #expect(throws: DatasetError.self) { try BraTS20Layout.discover(folder.path, channels: ["t1"]) }
    #expect(
      error?.description == "\(folder.path): no case there, found case_00000, kits.json in \(folder.path) and none in "
        + "the folders below it, \(expected)")
    let nowhere = "\(folder.path)/nowhere"
    let other = #expect(throws: DatasetError.self) { try BraTS20Layout.discover(nowhere, channels: ["t1"]) }
    #expect(other?.description == "\(nowhere): no case there, found no folder in \(nowhere), \(expected)")
  }
}
