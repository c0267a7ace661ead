/// Counts per class, row by row: a row is a patch or a file.
enum ClassCounts {
  /// Class by class.
  static func sum(_ rows: [[Int]]) -> [Int] {
    rows.reduce(into: []) { sum, row in
      sum = row.indices.map { (sum.indices.contains($0) ? sum[$0] : 0) + row[$0] }
    }
  }

  /// Rows that hold at least one voxel of each class.
  static func patches(_ rows: [[Int]]) -> [Int] { sum(rows.map { $0.map { $0 > 0 ? 1 : 0 } }) }
}
