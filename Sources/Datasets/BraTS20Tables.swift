import Files

/// What the challenge's two tables say about its training cases: the tumour's grade, the patient's age and survival.
///
/// Either may be missing. A field that is empty or NA says nothing.
enum BraTS20Tables {
  /// A file, the column that names the case, and the columns that are read, with what they are called here.
  private struct Table {
    let file: String
    let key: String
    let columns: [(column: String, attribute: String)]
  }

  static let gradeFile = "name_mapping.csv"
  private static let tables = [
    Table(file: gradeFile, key: "BraTS_2020_subject_ID", columns: [("Grade", "grade")]),
    Table(
      file: "survival_info.csv", key: "Brats20ID",
      columns: [
        ("Age", "age"), ("Survival_days", "survival_days"), ("Extent_of_Resection", "extent_of_resection"),
      ]),
  ]

  /// Bytes in the longest table that is read.
  private static let longest = 1 << 26

  /// What is known of each case, by identifier; each table is read from the first folder that has it.
  /// - Throws: `DatasetError.unusable` for a table that is there and is no such table.
  static func attributes(in folders: [String]) throws(DatasetError) -> [String: [String: String]] {
    var attributes: [String: [String: String]] = [:]
    for table in tables {
      let paths = folders.map { Folder.join($0, table.file) }
      guard let path = paths.first(where: Folder.isFile) else { continue }
      do {
        try read(table, try text(path), path, into: &attributes)
      } catch {
        throw .unusable(
          place: error.place, problem: error.problem, found: error.found, expected: error.expected,
          advice: error.advice)
      }
    }
    return attributes
  }

  private static func text(_ path: String) throws(FoldsError) -> String {
    let bytes: [UInt8]
    do {
      let file = try OpenFile(reading: path)
      let length = try file.length()
      guard length <= longest else {
        throw FoldsError(path, "is too long for a table", found: "\(length) bytes", expected: "at most \(longest)")
      }
      bytes = try file.contents()
    } catch let error as FoldsError {
      throw error
    } catch {
      throw FoldsError(path, "cannot be read", found: "\(error)", expected: "a table")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw FoldsError(path, "is not text", found: "bytes that are not UTF-8", expected: "CSV in UTF-8")
    }
    return text
  }

  private static func read(
    _ table: Table, _ text: String, _ path: String, into attributes: inout [String: [String: String]]
  ) throws(FoldsError) {
    let csv = try readingTable { () throws(CSVError) in try CSVTable(text, file: path) }
    let key = try readingTable { () throws(CSVError) in try csv.column(table.key) }
    for (column, attribute) in table.columns {
      let place = try readingTable { () throws(CSVError) in try csv.column(column) }
      for row in csv.rows where !["", "NA"].contains(row.fields[place]) {
        let (name, value) = (row.fields[key], row.fields[place])
        guard let other = attributes[name]?[attribute] else {
          attributes[name, default: [:]][attribute] = value
          continue
        }
        guard other == value else {
          throw FoldsError(
            row.place, "\(name) has two values of `\(column)`", found: "\(other) before and \(value) here",
            expected: "one")
        }
      }
    }
  }
}
