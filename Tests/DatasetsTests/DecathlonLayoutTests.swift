import Datasets
import Testing

@Suite struct DecathlonLayoutTests {
  private func json(
    modality: String = #"{"0": "FLAIR", "1": "T1w", "2": "t1gd"}"#,
    training: String = #"[{"image": "./imagesTr/B_2.nii.gz", "label": "./labelsTr/B_2.nii.gz"}]"#,
    test: String = #"["./imagesTs/B_1.nii.gz"]"#, count: Int = 1
  ) -> String {
    """
    {"name": "x", "modality": \(modality), "labels": {"0": "background", "1": "kidney", "2": "tumour"},
     "numTraining": \(count), "numTest": 1, "training": \(training), "test": \(test)}
    """
  }

  private static let complete = [
    "imagesTr/B_2.nii.gz", "labelsTr/B_2.nii.gz", "imagesTs/B_1.nii.gz", "imagesTr/._B_2.nii.gz",
  ]

  private func folder(_ json: String, _ files: [String] = complete) throws -> TemporaryFolder {
    let folder = try TemporaryFolder(files)
    try folder.write("dataset.json", json)
    return folder
  }

  private func discover(_ folder: TemporaryFolder, _ channels: [String]) throws -> Discovery {
    try DatasetLayout.msd.discover(folder.path, channels: channels, labels: .organs)
  }

  private func message(_ json: String) throws -> String? {
    let folder = try folder(json)
    let error = #expect(throws: DatasetError.self) { try discover(folder, ["FLAIR"]) }
    return error?.description.replacing(folder.path, with: "RAW")
  }

  @Test func channelsAreVolumesOfTheFile() throws {
    let folder = try folder(json())
    let found = try discover(folder, ["t1gd", "FLAIR"])
    #expect(found.notes.isEmpty)
    let image = { (name: String, volume: Int) in
      RawFile("\(folder.path)/\(name)", name: name, volume: RawFile.Volume(volume, of: 3))
    }
    #expect(
      found.cases == [
        RawCase(
          identifier: "B_1", images: [image("imagesTs/B_1.nii.gz", 2), image("imagesTs/B_1.nii.gz", 0)], label: nil),
        RawCase(
          identifier: "B_2", images: [image("imagesTr/B_2.nii.gz", 2), image("imagesTr/B_2.nii.gz", 0)],
          label: RawFile("\(folder.path)/labelsTr/B_2.nii.gz")),
      ])
    #expect(found.cases[1].files.map(\.name) == ["imagesTr/B_2.nii.gz", "labelsTr/B_2.nii.gz"])
  }

  @Test func oneChannelIsTheFile() throws {
    let found = try discover(folder(json(modality: #"{"0": "CT"}"#)), ["CT"])
    #expect(found.cases.allSatisfy { $0.images.count == 1 && $0.images[0].volume == nil })
  }

  @Test func whatIsListedAndNotThereIsAProblem() throws {
    let folder = try folder(
      json(
        training: """
          [{"image": "imagesTr/a.nii.gz", "label": "labelsTr/a.nii.gz"},
           {"image": "imagesTr/b.nii.gz", "label": "labelsTr/b.nii.gz"},
           {"image": "imagesTr/._a.nii.gz", "label": "labelsTr/._a.nii.gz"}]
          """, test: "[]", count: 3),
      ["imagesTr/a.nii.gz", "imagesTr/d.nii.gz", "imagesTr/e.nii.gz", "labelsTr/b.nii.gz"])
    let found = try discover(folder, ["T1w"])
    #expect(
      found.cases.flatMap(\.problems) == [
        "a: labelsTr/a.nii.gz is missing, found no such file, expected it as dataset.json says; "
          + "download the data set again, or take the case off the list",
        "b: imagesTr/b.nii.gz is missing, found no such file, expected it as dataset.json says; "
          + "download the data set again, or take the case off the list",
      ])
    #expect(
      found.notes == [
        "dataset.json: numTraining is 3, found 2 training cases; is the copy complete?",
        "dataset.json: does not list imagesTr/d.nii.gz, imagesTr/e.nii.gz: passed over",
      ])
  }

  @Test func listsThatCannotBeUsedAreRefused() throws {
    #expect(
      try message(json(training: #"[{"image": "../a.nii.gz", "label": "b.nii.gz"}]"#))
        == "RAW/dataset.json: lists a path outside the data set, found ../a.nii.gz, "
        + "expected one below the folder of dataset.json")
    #expect(
      try message(json(training: #"[{"image": "a.nii.gz", "label": "/b.nii.gz"}]"#))
        == "RAW/dataset.json: lists a path outside the data set, found /b.nii.gz, "
        + "expected one below the folder of dataset.json")
    #expect(
      try message(json(test: #"["./imagesTs/B_2.nii.gz"]"#))
        == "RAW/dataset.json: two cases are called B_2, found its image twice, "
        + "expected each once in `training` and `test` together; remove one, or rename its file")
    #expect(
      try message(json(training: "[]", test: "[]"))
        == "RAW/dataset.json: lists no case, found no image, expected images in `training` or `test`")
    #expect(
      try message(json(training: #"["imagesTr/B_2.nii.gz"]"#))
        == "RAW/dataset.json: `training` has an image without a label, found imagesTr/B_2.nii.gz alone, "
        + "expected {\"image\": path, \"label\": path}; list it under `test`")
    #expect(
      try message(#"{"channel_names": {"0": "FLAIR"}, "labels": {"background": 0}, "numTraining": 1}"#)
        == "RAW/dataset.json: lists no files, found no `training`, expected [{\"image\": path, \"label\": path}, ...]; "
        + "nnU-Net's folders are read by `layout: nnunet`")
  }
}
