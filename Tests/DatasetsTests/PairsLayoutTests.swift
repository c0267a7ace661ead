import Datasets
import Testing

@Suite struct PairsLayoutTests {
  private func layout(_ images: [String], _ label: String?) throws -> DatasetLayout {
    .pairs(PairsLayout(images: try images.map { try CasePattern($0) }, label: try label.map { try CasePattern($0) }))
  }

  private func discover(_ folder: TemporaryFolder, _ images: [String], _ label: String? = nil) throws -> [RawCase] {
    let channels = ["t1", "t2", "t3"].prefix(images.count)
    return try layout(images, label).discover(folder.path, channels: Array(channels), labels: .organs).cases
  }

  private func message(_ files: [String], _ images: [String], _ label: String? = nil) throws -> String? {
    let folder = try TemporaryFolder(files)
    let error = #expect(throws: DatasetError.self) { try discover(folder, images, label) }
    return error?.description.replacing(folder.path, with: "RAW")
  }

  private func names(_ cases: [RawCase]) -> [String: [String]] {
    Dictionary(uniqueKeysWithValues: cases.map { ($0.identifier, $0.files.map(\.name)) })
  }

  @Test func imagesAndLabelsAreFoundByTheirPatterns() throws {
    let folder = try TemporaryFolder([
      "scans/a b_ct.nii.gz", "scans/c_ct.nii.gz", "scans/._c_ct.nii.gz", "scans/c_ct.txt", "masks/c_mask.nii.gz",
      "other/d_ct.nii.gz",
    ])
    let cases = try discover(folder, ["scans/{case}_ct.nii.gz"], "masks/{case}_mask.nii.gz")
    #expect(
      cases == [
        RawCase(
          identifier: "a b",
          images: [RawFile("\(folder.path)/scans/a b_ct.nii.gz", name: "scans/a b_ct.nii.gz")], label: nil),
        RawCase(
          identifier: "c", images: [RawFile("\(folder.path)/scans/c_ct.nii.gz", name: "scans/c_ct.nii.gz")],
          label: RawFile("\(folder.path)/masks/c_mask.nii.gz", name: "masks/c_mask.nii.gz")),
      ])
  }

  /// The case's name is the same in folder and file; files of two cases with one name differ by their folder.
  @Test func nameThatIsThereTwiceIsTheSame() throws {
    let folder = try TemporaryFolder([
      "p/s1/s1_t1.nii", "p/s1/s2_t1.nii", "p/s2/s2_t1.nii", "p/s2/anat/t2.nii", "p/s1/anat/t2.nii",
    ])
    let cases = try discover(folder, ["*/{case}/{case}_t1.nii", "p/{case}/anat/t*.nii"])
    #expect(
      names(cases) == ["s1": ["p/s1/s1_t1.nii", "p/s1/anat/t2.nii"], "s2": ["p/s2/s2_t1.nii", "p/s2/anat/t2.nii"]])
  }

  /// Which pattern is the label's is not a matter of order.
  @Test func fileBelongsToThePatternThatSaysMoreAboutIt() throws {
    let folder = try TemporaryFolder(["a.nii.gz", "a_t2.nii.gz", "a_seg.nii.gz", "b.nii.gz", "b_t2.nii.gz"])
    let cases = try discover(folder, ["{case}.nii.gz", "{case}_t2.nii.gz"], "{case}_seg.nii.gz")
    #expect(names(cases) == ["a": ["a.nii.gz", "a_t2.nii.gz", "a_seg.nii.gz"], "b": ["b.nii.gz", "b_t2.nii.gz"]])
  }

  @Test func problemsSayWhatWasExpectedAndFound() throws {
    let folder = try TemporaryFolder([
      "i/a_x_t1.nii", "i/b_x_t1.nii", "i/b_t2.nii", "i/a_t2.nii", "l/c.nii", "i/d_x_t1.nii",
      "i/d_t2.nii", "l/d.nii",
    ])
    let cases = try discover(folder, ["i/{case}_x_t1.nii", "i/{case}_t2.nii"], "l/{case}.nii")
    #expect(
      cases.flatMap(\.problems) == [
        "c: no image of t1, found no such file, expected i/c_x_t1.nii; copy the case again, or mend the pattern",
        "c: no image of t2, found no such file, expected i/c_t2.nii; copy the case again, or mend the pattern",
      ])
    let several = try TemporaryFolder(["s/a/one_t1.nii", "s/a/two_t1.nii", "s/b/one_t1.nii"])
    let found = try discover(several, ["s/{case}/*_t1.nii"])
    #expect(
      found[0].problems == [
        "a: the pattern s/{case}/*_t1.nii fits several files, found s/a/one_t1.nii and s/a/two_t1.nii, expected one; "
          + "write more of the name into the pattern, or remove the others"
      ])
    #expect(found[0].images.isEmpty && found[1].problems.isEmpty)
  }

  /// Links into a share that is not mounted, above all: a case must not count as unlabelled for that.
  @Test func brokenLinkIsAProblemOfItsCase() throws {
    let folder = try TemporaryFolder(["i/a.nii", "i/b.nii", "l/b.nii", "i/c.nii", "m/other.txt", "n/c/s.nii"])
    try folder.link("l/a.nii", to: "/nowhere/a.nii")
    try folder.link("i/d.nii", to: "d.nii")
    try folder.link("n/b", to: "/nowhere/b")
    func problems(_ label: String) throws -> [String] {
      try discover(folder, ["i/{case}.nii"], label).flatMap(\.problems)
    }
    func line(_ identifier: String, _ name: String) -> String {
      "\(identifier): \(name) is not a file, found a folder or a broken link, expected a NIfTI file; copy it again"
    }
    #expect(try problems("l/{case}.nii") == [line("a", "l/a.nii"), line("d", "i/d.nii")])
    let closed =
      "b: n/b: cannot be listed, found a link that leads nowhere, expected a folder; mount what it leads to, or mend or "
      + "remove it"
    #expect(try problems("n/{case}/s.nii") == [closed, line("d", "i/d.nii")])
    #expect(try problems("m/{case}.nii") == [line("d", "i/d.nii")])
  }

  /// Two files of one folder: neither pattern has a better right to the folder.
  @Test func folderThatIsABrokenLinkIsAProblemOfItsCase() throws {
    let folder = try TemporaryFolder(["a/t1.nii", "a/t2.nii", "a/seg.nii"])
    try folder.link("b", to: "/nowhere/b")
    let cases = try discover(folder, ["{case}/t1.nii", "{case}/t2.nii"], "{case}/seg.nii")
    #expect(cases.map(\.identifier) == ["a", "b"] && cases[0].problems.isEmpty)
    let line =
      "b: b: cannot be listed, found a link that leads nowhere, expected a folder; mount what it leads to, or mend or "
      + "remove it"
    #expect(cases[1].problems == [line] && cases[1].withoutLabel.problems == [line])
  }

  /// Whoever predicts a case needs no label of it.
  @Test func problemsOfTheLabelAreNoneWithoutIt() throws {
    let folder = try TemporaryFolder(["i/a.nii", "l/a_1.nii", "l/a_2.nii", "l/b_1.nii"])
    let cases = try discover(folder, ["i/{case}.nii"], "l/{case}_*.nii")
    #expect(cases.map(\.problems.count) == [1, 1])
    #expect(cases[0].withoutLabel.problems.isEmpty && cases[0].images.map(\.name) == ["i/a.nii"])
    #expect(cases[1].withoutLabel.problems == cases[1].problems)
  }

  @Test func folderThatIsABrokenLinkIsRefused() throws {
    let folder = try TemporaryFolder(["i/a.nii"])
    try folder.link("masks", to: "/nowhere")
    let error = #expect(throws: DatasetError.self) { try discover(folder, ["i/{case}.nii"], "masks/{case}.nii") }
    #expect(
      error?.description.replacing(folder.path, with: "RAW")
        == "RAW/masks: cannot be listed, found a link that leads nowhere, expected a folder; "
        + "mount what it leads to, or mend or remove it")
  }

  @Test func patternThatLeavesTheNameOpenIsRefused() throws {
    #expect(
      try message(["a_b_c.nii"], ["{case}_*.nii"])
        == "a_b_c.nii: the pattern {case}_*.nii leaves open what the case is called, found a, a_b, "
        + "expected one way to read it; write more of the name into the pattern")
  }

  @Test func patternsWithTheSameRightToAFileAreRefused() throws {
    #expect(
      try message(["x/a_t1.nii"], ["x/{case}_t*.nii", "x/{case}_*1.nii"])
        == "x/a_t1.nii: two patterns fit this file, found x/{case}_t*.nii and x/{case}_*1.nii, "
        + "expected one of them to fit it; write more of the name into the one that is meant")
  }

  @Test func nothingThatFitsSaysWhatIsThere() throws {
    #expect(
      try message(["scan/a_ct.nii.gz", "masks/a.nii.gz"], ["scans/{case}_ct.nii.gz"], "masks/{case}.nii.gz")
        == "RAW: no file there fits the patterns, found masks, scan, expected scans/{case}_ct.nii.gz; "
        + "patterns begin at this folder")
  }

  /// A link to a folder above is followed as deep as the pattern goes, and no deeper.
  @Test func linksInCirclesDoNoHarm() throws {
    let folder = try TemporaryFolder(["a/t.nii"])
    try folder.link("loop", to: ".")
    try folder.link("self", to: "self")
    #expect(names(try discover(folder, ["*/{case}/t.nii"])) == ["a": ["loop/a/t.nii"]])
    #expect(names(try discover(folder, ["{case}/t.nii"])) == ["a": ["a/t.nii"]])
  }

  /// Many stars do not take for ever.
  @Test func pathologicalPatternsEnd() throws {
    let name = String(repeating: "a", count: 200)
    let folder = try TemporaryFolder([name])
    #expect(try message([name], ["*a*a*a*a*a*a*{case}b"])?.contains("no file there fits") == true)
    #expect(throws: DatasetError.self) { try discover(folder, ["*a*a*a*a*a*a*{case}a"]) }
  }
}
