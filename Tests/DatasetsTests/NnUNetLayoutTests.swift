import Datasets
import Testing

@Suite struct NnUNetLayoutTests {
  private static let two = """
    {"channel_names": {"0": "T1", "1": "T2w"}, "labels": {"background": 0, "kidney": 1, "tumour": 2},
     "numTraining": 2, "file_ending": ".nii.gz"}
    """

  private func folder(_ files: [String], _ json: String = two) throws -> TemporaryFolder {
    let folder = try TemporaryFolder(files)
    try folder.write("dataset.json", json)
    return folder
  }

  private func discover(
    _ folder: TemporaryFolder, _ channels: [String] = ["T1"], _ labels: LabelScheme = .organs
  ) throws -> Discovery {
    try DatasetLayout.nnunet.discover(folder.path, channels: channels, labels: labels)
  }

  private func message(
    _ files: [String], _ json: String = two, _ channels: [String] = ["T1"], _ labels: LabelScheme = .organs
  ) throws -> String? {
    let folder = try folder(files, json)
    let error = #expect(throws: DatasetError.self) { try discover(folder, channels, labels) }
    return error?.description.replacing(folder.path, with: "RAW")
  }

  private static let complete = [
    "imagesTr/a_0000.nii.gz", "imagesTr/a_0001.nii.gz", "labelsTr/a.nii.gz", "imagesTr/b_12_0000.nii.gz",
    "imagesTr/b_12_0001.nii.gz", "labelsTr/b_12.nii.gz", "imagesTs/c_0000.nii.gz", "imagesTs/c_0001.nii.gz",
    "imagesTr/._a_0000.nii.gz", "labelsTr/._x.nii.gz", "imagesTs/.DS_Store",
  ]

  @Test func channelsAreTheOnesThatAreNamedInTheirOrder() throws {
    let folder = try folder(Self.complete)
    let found = try discover(folder, ["T2w", "T1"])
    #expect(found.notes.isEmpty)
    #expect(found.cases.map(\.identifier) == ["a", "b_12", "c"])
    let names = found.cases.map { $0.files.map(\.name) }
    #expect(
      names == [
        ["imagesTr/a_0001.nii.gz", "imagesTr/a_0000.nii.gz", "labelsTr/a.nii.gz"],
        ["imagesTr/b_12_0001.nii.gz", "imagesTr/b_12_0000.nii.gz", "labelsTr/b_12.nii.gz"],
        ["imagesTs/c_0001.nii.gz", "imagesTs/c_0000.nii.gz"],
      ])
    #expect(found.cases[0].images[0].path == "\(folder.path)/imagesTr/a_0001.nii.gz")
    #expect(found.cases.map { $0.label == nil } == [false, false, true])
    #expect(found.cases.allSatisfy { $0.problems.isEmpty && $0.images.allSatisfy { $0.volume == nil } })
  }

  /// nnU-Net's version 1: `modality`, and labels the other way round.
  @Test func olderDescriptionIsRead() throws {
    let folder = try folder(
      ["imagesTr/a_0000.nii.gz", "labelsTr/a.nii.gz"],
      """
      {"modality": {"0": "CT"}, "labels": {"0": "background", "1": "kidney", "2": "tumour"}, "numTraining": "1",
       "training": [{"image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz"}], "test": []}
      """)
    let found = try discover(folder, ["CT"])
    #expect(found.notes.isEmpty && found.cases.count == 1 && found.cases[0].label != nil)
  }

  @Test func problemsSayWhatWasExpectedAndFound() throws {
    let folder = try folder([
      "imagesTr/a_0000.nii.gz", "labelsTr/a.nii.gz", "labelsTr/b.nii.gz", "imagesTr/c_0000.nii.gz/",
      "imagesTr/c_0001.nii.gz", "labelsTr/c.nii.gz/", "imagesTr/d_0001.nii.gz", "imagesTr/d_0000.nii.gz",
      "imagesTr/stray.nii.gz", "imagesTr/notes.txt",
    ])
    let found = try discover(folder, ["T1", "T2w"])
    #expect(
      found.cases.flatMap(\.problems) == [
        "a: imagesTr/a_0001.nii.gz (T2w) is missing, found a_0000.nii.gz; "
          + "copy the case again, or leave the channel out of `channels`",
        "b: its label has no image, found labelsTr/b.nii.gz, expected imagesTr/b_0000.nii.gz; "
          + "copy the images again, or remove the label",
        "c: imagesTr/c_0000.nii.gz is not a file, found a folder or a broken link, expected a NIfTI file; copy it again",
        "c: labelsTr/c.nii.gz is not a file, found a folder or a broken link, expected a NIfTI file; copy it again",
      ])
    #expect(
      found.notes == [
        "dataset.json: numTraining is 2, found 4 training cases; is dataset.json up to date?",
        "imagesTr: passed over notes.txt, stray.nii.gz: expected names like CASE_0000.nii.gz",
        "labelsTr: no label of d, found in imagesTr: it counts as unlabelled",
      ])
    #expect(found.cases.last?.label == nil && found.cases.last?.images.count == 2)
    // A channel that nobody wants may be missing.
    #expect(try discover(folder, ["T1"]).cases[0].problems.isEmpty)
  }

  /// Without its labels every case would count as unlabelled.
  @Test func folderThatIsABrokenLinkIsRefused() throws {
    let folder = try folder(["imagesTr/a_0000.nii.gz"])
    try folder.link("labelsTr", to: "/nowhere")
    let error = #expect(throws: DatasetError.self) { try discover(folder) }
    #expect(
      error?.description.replacing(folder.path, with: "RAW")
        == "RAW/labelsTr: cannot be listed, found a link that leads nowhere, expected a folder; "
        + "mount what it leads to, or mend or remove it")
  }

  @Test func caseInBothFoldersIsRefused() throws {
    #expect(
      try message(Self.complete + ["imagesTs/a_0000.nii.gz"])
        == "RAW: cases of one name in imagesTr or labelsTr and in imagesTs, found a, expected each in one of them; "
        + "rename or remove one of the two")
  }

  @Test func descriptionThatIsMissingSaysWhereOneIs() throws {
    let folder = try TemporaryFolder(["Dataset001_Kidney/dataset.json", "notes.txt"])
    let error = #expect(throws: DatasetError.self) { try discover(folder) }
    #expect(
      error?.description == "\(folder.path): is no data set, found Dataset001_Kidney, notes.txt, "
        + "expected dataset.json among them; there is one in Dataset001_Kidney")
    let nowhere = #expect(throws: DatasetError.self) {
      try DatasetLayout.nnunet.discover("\(folder.path)/nowhere", channels: ["T1"], labels: .organs)
    }
    #expect(
      nowhere?.description == "\(folder.path)/nowhere: is no data set, found no folder that can be listed, "
        + "expected the folder that holds dataset.json")
  }

  @Test(arguments: [
    (
      "{",
      "is not a description of a data set, found no JSON, "
        + "expected `channel_names` or `modality` {\"0\": name} and `labels`"
    ),
    (
      #"{"channel_names": {"0": "T1"}}"#,
      "is not a description of a data set, found no `labels` at the top, "
        + "expected `channel_names` or `modality` {\"0\": name} and `labels`"
    ),
    (
      #"{"channel_names": ["T1"], "labels": {}}"#,
      "is not a description of a data set, found another type at channel_names, "
        + "expected `channel_names` or `modality` {\"0\": name} and `labels`"
    ),
    (
      #"{"labels": {"background": 0}}"#,
      "names no channels, found neither `channel_names` nor `modality`, expected {\"0\": name, ...} under one of them"
    ),
    (
      #"{"channel_names": {"0": "T1", "2": "T2"}, "labels": {}}"#,
      "does not number its channels, found 0, 2, expected 0, 1, ... without a gap"
    ),
    (
      #"{"channel_names": {"0": "T1"}, "labels": {"kidney": "one"}}"#,
      "`labels` has no number at `kidney`, found the text \"one\", expected {name: value}, or {value: name}"
    ),
    (
      #"{"channel_names": {"0": "T1"}, "labels": {}, "file_ending": ".mha"}"#,
      "`file_ending` is of another format, found .mha, expected .nii.gz or .nii; convert the files to NIfTI"
    ),
    (
      #"{"channel_names": {"0": "T1"}, "labels": {}, "dataset": {}}"#,
      "names the files itself, found the key `dataset`, expected the files in imagesTr and labelsTr; "
        + "link them there, or use the layout pairs"
    ),
    (
      #"{"channel_names": {"0": "t1", "1": "FLAIR"}, "labels": {}}"#,
      "there is no channel T1, which the pipeline wants, found t1, FLAIR, expected it among them; did you mean t1?"
    ),
    (
      #"{"channel_names": {"0": "T1", "1": "T1"}, "labels": {}}"#,
      "several channels are called T1, found 2 of them, expected one; give them different names"
    ),
    (
      #"{"channel_names": {"0": "T1"}, "labels": {"background": 0, "tumour": 1, "Kidney": 2}}"#,
      "`labels` and the pipeline disagree on tumour, found 1 here, which the pipeline takes for kidney, "
        + "expected 1 to become tumour; mend `labels` or `label_map` in the pipeline, or give the class another name"
    ),
  ])
  func descriptionThatCannotBeUsedIsRefused(json: String, expected: String) throws {
    #expect(try message(Self.complete, json) == "RAW/dataset.json: \(expected)")
  }

  @Test func classThatIsNotMappedToItsNameIsRefused() throws {
    let scheme = LabelScheme(
      classes: LabelScheme.organs.classes, map: [0: 0, 4: 1, 2: 2])
    #expect(
      try message(Self.complete, Self.two, ["T1"], scheme)
        == "RAW/dataset.json: `labels` and the pipeline disagree on kidney, found 1 here, which the pipeline does not map, "
        + "expected 1 to become kidney; mend `labels` or `label_map` in the pipeline, or give the class another name")
  }

  /// Regions, and values that one of the two does not know, may be meant so.
  @Test func labelsThatDifferAreNoted() throws {
    let json = """
      {"channel_names": {"0": "CT"}, "numTraining": 2,
       "labels": {"background": 0, "whole": [1, 2, 3], "cyst": 3, "ignore": 4}}
      """
    #expect(
      try discover(folder(Self.complete, json), ["CT"]).notes == [
        "dataset.json: the pipeline does not map the raw value 3 (whole, cyst): a case that holds it will fail; "
          + "map it in `label_map`, or give `rest`",
        "dataset.json: the pipeline does not map the raw value 4 (ignore): a case that holds it will fail; "
          + "map it in `label_map`, or give `rest`",
      ])
    let scheme = LabelScheme(classes: LabelScheme.organs.classes, map: [0: 0, 1: 1, 7: 2], rest: 0)
    #expect(
      try discover(folder(Self.complete, json), ["CT"], scheme).notes == [
        "dataset.json: no label has the raw value 7, which the pipeline takes for tumour"
      ])
  }

  @Test func folderOfAnotherLayoutHasNoCase() throws {
    #expect(
      try message(
        ["imagesTr/BRATS_001.nii.gz", "labelsTr/BRATS_001.nii.gz", "imagesTs/BRATS_002.nii.gz"],
        #"{"modality": {"0": "T1"}, "labels": {}, "training": []}"#)
        == "RAW: no case there, found BRATS_001.nii.gz in imagesTr and BRATS_002.nii.gz in imagesTs, "
        + "expected CASE_0000.nii.gz and so on, the channel's number in four digits; "
        + "the Decathlon's files are read by `layout: msd`")
  }
}
