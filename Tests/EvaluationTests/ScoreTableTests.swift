import Files
import Foundation
import TestSupport
import Testing

@testable import Evaluation

struct ScoreTableTests {
  static var table: ScoreTable {
    var table = ScoreTable()
    for (place, identifier) in ["case_00001", "a, \"b\""].enumerated() {
      let dice = 0.1 + 0.2 * Double(place)
      table.add(
        identifier, classes: ["kidney", "tumour"],
        [
          ClassScores(dice: dice, precision: 0.5, recall: 1, hd95: 3.25, assd: 0.125),
          ClassScores(dice: 0, precision: .nan, recall: 0, hd95: .infinity, assd: .infinity),
        ])
    }
    return table
  }

  @Test func isReadAsItWasWritten() throws {
    let text = Self.table.csv
    #expect(
      text == """
        case,class,dice,precision,recall,hd95_mm,assd_mm
        case_00001,kidney,0.1,0.5,1.0,3.25,0.125
        case_00001,tumour,0.0,nan,0.0,inf,inf
        "a, ""b""\",kidney,0.30000000000000004,0.5,1.0,3.25,0.125
        "a, ""b""\",tumour,0.0,nan,0.0,inf,inf

        """)
    let folder = TemporaryFolder()
    try Self.table.write(to: folder.path("scores.csv"))
    #expect(try ScoreTable.read(folder.path("")).csv == text)
    #expect(try ScoreTable.read(folder.path("scores.csv")).cases == ["case_00001", "a, \"b\""])
  }

  @Test func meansLeaveOutWhatIsNotFinite() {
    #expect(isNear(Self.table.mean(of: .dice, className: "kidney").mean, 0.2))
    #expect(Self.table.mean(of: .hd95, className: "tumour").leftOut == 2)
  }

  @Test(arguments: [
    (
      "case,class\na,b\n",
      "s.csv:1: there is no column `dice`, found case, class, expected `dice` among the names of the header line"
    ),
    ("H\n", "s.csv: holds no scores, found a header line alone, expected a line for each case and class"),
    ("H\na,b,1,1,1,x,0\n", "s.csv:2: `hd95_mm` is no score, found x, expected a number from 0, inf or nan"),
    ("H\na,b,1.5,1,1,0,0\n", "s.csv:2: `dice` is no score, found 1.5, expected a number from 0 to 1, or nan"),
    ("H\na,b,1,1,1,-1,0\n", "s.csv:2: `hd95_mm` is no score, found -1, expected a number from 0, inf or nan"),
    ("H\na,b,1,1,1,0\n", "s.csv:2: the line does not fit the header, found 6 fields, expected 7"),
    (
      "H\na,b,1,1,1,0,0\na,b,1,1,1,0,0\n",
      "s.csv:3: a has its b twice, found another line, expected one line for each class"
    ),
    ("H\n,b,1,1,1,0,0\n", "s.csv:2: a case or class is empty, found nothing, expected its name"),
  ])
  func refusesOtherTexts(text: String, message: String) throws {
    let text = text.replacingOccurrences(of: "H\n", with: ScoreTable.columns.joined(separator: ",") + "\n")
    #expect(throws: CSVError.self) { try ScoreTable(text, file: "s.csv") }
    do {
      _ = try ScoreTable(text, file: "s.csv")
    } catch {
      #expect("\(error)" == message)
    }
  }

  @Test func aFolderWithoutScoresIsNoRun() {
    let folder = TemporaryFolder()
    let message = folder.message { _ = try ScoreTable.read(folder.path("")) }
    #expect(
      message
        == ": no run with scores, found no scores.csv in the folder, expected what `segprep evaluate` or "
        + "`segprep train` wrote; evaluate the run first")
  }
}
