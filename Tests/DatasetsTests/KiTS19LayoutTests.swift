import Datasets
import Foundation
import Testing

/// A folder of empty files that goes away with the test.
final class TemporaryFolder {
  let path: String

  init(_ files: [String]) throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("segprep-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for file in files { try add(file) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// An empty file, or a folder where the name ends in a slash.
  func add(_ file: String) throws {
    let full = "\(path)/\(file)"
    let folder = file.hasSuffix("/") ? full : (full as NSString).deletingLastPathComponent
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if !file.hasSuffix("/") { try Data().write(to: URL(fileURLWithPath: full)) }
  }

  func write(_ file: String, _ text: String) throws {
    try add(file)
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(file)"))
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: target)
  }
}

extension LabelScheme {
  /// Classes that are the raw values.
  static let organs = LabelScheme(classes: [
    LabelClass(name: "background", value: 0), LabelClass(name: "kidney", value: 1),
    LabelClass(name: "tumour", value: 2),
  ])
}

@Suite struct KiTS19LayoutTests {
  /// An export beside data/ would otherwise be taken for the raw data.
  @Test func casesInBothPlacesAreRefused() throws {
    let folder = try TemporaryFolder(["case_00001/imaging.nii.gz", "data/case_00001/imaging.nii.gz"])
    #expect(
      throws: DatasetError.severalFolders(root: folder.path, folders: [folder.path, "\(folder.path)/data"])
    ) { try KiTS19Layout.discover(folder.path) }
    #expect(try KiTS19Layout.discover(folder.path + "/data").count == 1)
  }

  @Test(arguments: ["", "data/"])
  func casesAreFoundInTheFolderAndInItsData(prefix: String) throws {
    let folder = try TemporaryFolder([
      "\(prefix)case_00002/imaging.nii", "\(prefix)case_00001/imaging.nii.gz",
      "\(prefix)case_00001/segmentation.nii.gz", "\(prefix)kits.json", "\(prefix)case_final/imaging.nii.gz",
      "\(prefix)case_00001.zip",
    ])
    let expected = [
      RawCase(
        identifier: "case_00001", images: [RawFile("\(folder.path)/\(prefix)case_00001/imaging.nii.gz")],
        label: RawFile("\(folder.path)/\(prefix)case_00001/segmentation.nii.gz")),
      RawCase(
        identifier: "case_00002", images: [RawFile("\(folder.path)/\(prefix)case_00002/imaging.nii")], label: nil),
    ]
    #expect(try KiTS19Layout.discover(folder.path) == expected)
    #expect(try DatasetLayout.kits19.discover(folder.path, channels: ["ct"], labels: .organs).cases == expected)
  }

  @Test func linksAreFollowed() throws {
    let store = try TemporaryFolder(["a/imaging.nii.gz", "mask.nii.gz"])
    let folder = try TemporaryFolder(["data/"])
    try folder.link("data/case_00007", to: "\(store.path)/a")
    try folder.add("data/case_00008/imaging.nii.gz")
    try folder.link("data/case_00008/segmentation.nii.gz", to: "\(store.path)/mask.nii.gz")
    let cases = try KiTS19Layout.discover(folder.path + "/")
    #expect(cases.map(\.identifier) == ["case_00007", "case_00008"])
    #expect(cases.allSatisfy { $0.problems.isEmpty && $0.images.count == 1 })
    #expect(cases.map { $0.label != nil } == [false, true])
  }

  @Test func labelWithoutImageIsACaseWithAProblem() throws {
    let folder = try TemporaryFolder(["case_00000/segmentation.nii.gz", "case_00001/imaging.nii.gz"])
    let cases = try KiTS19Layout.discover(folder.path)
    #expect(
      cases[0].problems == [
        "case_00000: imaging.nii.gz is missing, found segmentation.nii.gz; "
          + "the images are downloaded by the data set's own get_imaging script"
      ])
    #expect(cases[0].images.isEmpty && cases[0].label != nil)
    #expect(cases[1].problems.isEmpty)
  }

  @Test func brokenLinksAndFoldersInPlaceOfFilesAreProblems() throws {
    let folder = try TemporaryFolder(["case_00000/imaging.nii.gz/", "case_00001/imaging.nii.gz", "case_00003/"])
    try folder.link("case_00001/segmentation.nii.gz", to: "/nowhere/segmentation.nii.gz")
    try folder.link("case_00002", to: "/nowhere/case_00002")
    #expect(
      try KiTS19Layout.discover(folder.path).flatMap(\.problems) == [
        "case_00000: imaging.nii.gz is not a file, found a folder or a broken link, expected a NIfTI file; "
          + "download it again",
        "case_00001: segmentation.nii.gz is not a file, found a folder or a broken link, expected a NIfTI file; "
          + "copy it again, or remove it",
        "case_00002: is not a case, found a file or a broken link, expected a folder with imaging.nii.gz",
        "case_00003: imaging.nii.gz is missing, found nothing; "
          + "the images are downloaded by the data set's own get_imaging script",
      ])
  }

  @Test func noCaseSaysWhereItLookedAndWhatIsThere() throws {
    let folder = try TemporaryFolder(["a", "b", "c", "d", "e", "f", "g"])
    let error = #expect(throws: DatasetError.self) { try KiTS19Layout.discover(folder.path) }
    #expect(
      error?.description == """
        \(folder.path): no case there, found a, b, c, d, e and 2 more in \(folder.path) and no folder in \
        \(folder.path)/data, expected folders case_00000, case_00001, ..., each with imaging.nii.gz and \
        segmentation.nii.gz; give the folder that holds the cases, or the one above its data/
        """)
  }
}
