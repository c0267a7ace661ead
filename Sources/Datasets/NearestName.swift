/// The name that was probably meant.
public enum NearestName {
  /// The accepted name nearest to the one that was written, or nil where none is near.
  public static func to(_ written: String, among accepted: [String]) -> String? {
    let candidates = accepted.map { name in
      // A name cut short is one slip, however much is missing.
      let isCut = written.count >= 3 && name.hasPrefix(written)
      return (name: name, distance: isCut ? 1 : distance(written, name))
    }
    guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(1, min(3, best.name.count / 2)) ? best.name : nil
  }

  /// The edit distance: how many letters to add, drop, replace or swap with their neighbour.
  public static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.lowercased()), Array(b.lowercased()))
    var rows = [Array(0...b.count)]
    for i in 0..<a.count {
      var row = [i + 1]
      for j in 0..<b.count {
        var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
        row.append(best)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
