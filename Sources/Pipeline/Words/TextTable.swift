/// Rows of text in aligned columns; the last column is not padded.
public struct TextTable {
  private var rows: [[String]]

  /// A table with one column per title and no rows yet.
  public init(_ titles: [String]) { rows = [titles] }

  /// - Precondition: as many cells as titles.
  public mutating func add(_ row: [String]) {
    precondition(row.count == rows[0].count, "a row of \(row.count) cells in a table of \(rows[0].count)")
    rows.append(row)
  }

  /// The lines, two blanks between columns.
  public var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        line += cell
        if column < row.count - 1 { line += String(repeating: " ", count: widths[column] - cell.count + 2) }
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

/// Quantities as people read them.
public enum Quantity {
  /// 1 and "case" -> "1 case", 2 -> "2 cases".
  public static func counted(_ count: Int, _ noun: String) -> String { counted(count, noun, noun + "s") }

  /// 1, "patch" and "patches" -> "1 patch", 2 -> "2 patches".
  public static func counted(_ count: Int, _ one: String, _ several: String) -> String {
    "\(count) \(count == 1 ? one : several)"
  }

  /// 3.14159 -> "3.1416", 3.0 -> "3"; what rounding leaves is written as JSON writes it.
  public static func number(_ value: Double, decimals: Int = 4) -> String {
    let scale = (0..<decimals).reduce(1.0) { scale, _ in scale * 10 }
    // Beyond 2^53 there are no decimals to round, and scaling could overflow.
    return JSONValue.text(of: abs(value) < 0x1p53 ? (value * scale).rounded() / scale : value)
  }

  /// 1234567 -> "1.2 MB" (powers of 1000).
  public static func bytes(_ count: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var value = Double(count)
    var unit = 0
    while value >= 1000 && unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 || value >= 100
      ? "\(Int(value.rounded())) \(units[unit])" : "\((value * 10).rounded() / 10) \(units[unit])"
  }

  /// 75 -> "1m15s"; below ten seconds with one decimal.
  public static func seconds(_ value: Double) -> String {
    guard value >= 10 else { return "\((value * 10).rounded() / 10) s" }
    let whole = Int(value.rounded())
    if whole < 60 { return "\(whole) s" }
    return whole < 3600
      ? "\(whole / 60)m\(twoDigits(whole % 60))s" : "\(whole / 3600)h\(twoDigits(whole % 3600 / 60))m"
  }

  private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
