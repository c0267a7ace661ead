import Testing

@testable import Datasets

@Suite struct GroupTableTests {
  @Test(arguments: [
    "case,patient\nc1,p1\nc2,p2\n", "\u{feff}patient,case\r\np1,c1\r\n\r\np2,c2\r\n",
    "name,age,patient\nc1,3,p1\n\"c2\",\"4,5\", p2 \nc1,4,p1", "patient,x,case\np1,,c1\n\"p2\",\"\"\"\",c2",
  ])
  func groupsAreRead(text: String) throws {
    let table = try GroupTable(text, file: "g.csv", column: "patient")
    #expect(table.groups == ["c1": "p1", "c2": "p2"])
    #expect(try table.groups(of: ["c2"]) == ["c2": "p2"])
  }

  @Test(arguments: [
    ("", "g.csv: holds nothing, found no line, expected a header line and a line for each case"),
    (
      "case,group\nc1,p1",
      "g.csv:1: there is no column `patient`, found case, group, expected `patient` among the names of the header line"
    ),
    (
      "\ncase;patient\n",
      "g.csv:2: there is no column `patient`, found case;patient, expected `patient` among the names of the header "
        + "line; separate the fields by commas"
    ),
    ("case,patient\nc1\n", "g.csv:2: the line does not fit the header, found 1 fields, expected 2"),
    ("case,patient\nc1,\n", "g.csv:2: the group of c1 is empty, found nothing, expected a `patient`"),
    ("case,patient\n\n ,p1\n", "g.csv:3: the case is empty, found nothing, expected an identifier"),
    ("case,patient\nc1,a\nc1,b\n", "g.csv:3: c1 is in two groups, found a before and b here, expected one group"),
    (
      "case,patient\n\"c1,a\n",
      "g.csv:2: a quote does not end, found an odd number of \", expected both quotes in a line"
    ),
  ])
  func whatIsWrongIsSaidWithItsLine(text: String, message: String) {
    let error = #expect(throws: FoldsError.self) { try GroupTable(text, file: "g.csv", column: "patient") }
    #expect(error?.description == message)
  }

  @Test func missingCasesAreNamed() throws {
    let table = try GroupTable("case,patient\nc1,p1\n", file: "g.csv", column: "patient")
    let error = #expect(throws: FoldsError.self) { try table.groups(of: ["c3", "c1", "c2"]) }
    #expect(
      error?.description == "g.csv: 2 labelled cases are missing, found nothing on c2, c3, "
        + "expected a line with the `patient` of each; add them, or leave them out with `exclude`")
  }
}

@Suite struct SplitsFileTests {
  private func file(_ text: String) throws -> SplitsFile { try SplitsFile(Array(text.utf8), file: "s.json") }

  @Test func foldsAreThoseOfTheFile() throws {
    let file = try file(#"[{"train": ["b", "c"], "val": ["a"]}, {"train": ["a"], "val": ["c", "b"]}]"#)
    let (splits, warnings) = try file.splits(["a", "b", "c"])
    #expect(
      splits.folds.map(\.validation) == [["a"], ["b", "c"]] && splits.folds.map(\.train) == [["b", "c"], ["a"]])
    #expect(warnings.isEmpty)
  }

  @Test func absentCasesAndUnusualTrainAreWarnedAbout() throws {
    let file = try file(#"[{"train": ["b"], "val": ["a"]}, {"train": ["a"], "val": ["c", "b"]}]"#)
    let (splits, warnings) = try file.splits(["a", "b"])
    #expect(splits.folds.map(\.validation) == [["a"], ["b"]])
    #expect(
      warnings == [
        "folds: the file names a case that no labelled prepared case is: c",
        "folds: `train` of fold 0 is not what the other folds validate on; only `val` is used, and each fold trains on "
          + "all its other cases",
      ])
  }

  @Test(arguments: [
    ("[", "is not a splits file, found no JSON, "), ("{}", "is not a splits file, found another type at the top, "),
    (#"[{"train": []}]"#, "is not a splits file, found no `val` at [0], "),
    (#"[{"train": [], "val": [3]}]"#, "is not a splits file, found another type at [0] val [0], "),
    (#"[{"train": [], "val": ["a"]}]"#, "has too few folds, found 1, expected at least 2"),
    (
      #"[{"train": [], "val": ["a"]}, {"train": [], "val": ["a"]}]"#,
      "a is in `val` twice, found folds 0 and 1, expected one fold"
    ),
    (
      #"[{"train": ["a"], "val": ["a"]}, {"train": [], "val": []}]"#,
      "a is in `train` and in `val` of fold 0, found both, expected one of them"
    ),
  ])
  func whatIsWrongIsSaid(text: String, message: String) {
    let error = #expect(throws: FoldsError.self) { try file(text) }
    #expect(error?.description.hasPrefix("s.json: " + message) == true, "\(String(describing: error))")
  }

  @Test func missingCasesAreNamed() throws {
    let file = try file(#"[{"train": [], "val": ["a"]}, {"train": ["a"], "val": []}]"#)
    let error = #expect(throws: FoldsError.self) { try file.splits(["a", "z"]) }
    #expect(
      error?.description == "s.json: a labelled case is missing, found nothing on z, "
        + "expected each in the `val` of one fold; add it, or leave it out with `exclude`")
  }
}
