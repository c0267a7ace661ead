import Files

/// Which group each case belongs to, from a CSV file with a header line.
public struct GroupTable: Sendable, Equatable {
  /// The file's path, for messages.
  public let file: String
  /// The column that names the groups.
  public let column: String
  /// The group by identifier.
  public let groups: [String: String]

  /// Reads the text of a CSV file. The identifiers are in the column `case`, or in the first where none is called so.
  ///
  /// A case may be there several times if its group is the same; blank lines are skipped.
  public init(_ text: String, file: String, column: String) throws(FoldsError) {
    self.file = file
    self.column = column
    let table = try readingTable { () throws(CSVError) in try CSVTable(text, file: file) }
    let place = try readingTable { () throws(CSVError) in try table.column(column) }
    let key = table.header.fields.firstIndex(of: "case") ?? 0
    var groups: [String: String] = [:]
    for row in table.rows {
      let (name, group) = (row.fields[key], row.fields[place])
      guard !name.isEmpty else {
        throw FoldsError(row.place, "the case is empty", found: "nothing", expected: "an identifier")
      }
      guard !group.isEmpty else {
        throw FoldsError(row.place, "the group of \(name) is empty", found: "nothing", expected: "a `\(column)`")
      }
      if let other = groups.updateValue(group, forKey: name), other != group {
        throw FoldsError(
          row.place, "\(name) is in two groups", found: "\(other) before and \(group) here", expected: "one group")
      }
    }
    self.groups = groups
  }

  /// The groups of these cases.
  /// - Throws: where a case is in no line of the file.
  public func groups(of identifiers: [String]) throws(FoldsError) -> [String: String] {
    let missing = identifiers.filter { groups[$0] == nil }.sortedByBytes()
    guard missing.isEmpty else {
      throw .missing(missing, file: file, expected: "a line with the `\(column)` of each")
    }
    let wanted = Set(identifiers)
    return groups.filter { wanted.contains($0.key) }
  }
}
