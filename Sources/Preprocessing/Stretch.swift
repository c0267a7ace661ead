/// A run of rows of one axis, and the outputs that can be made once they are there.
struct Stretch: Equatable {
  /// Rows that are new in this stretch.
  var arriving: Range<Int>
  /// All rows of the stretch: some were there before.
  var rows: Range<Int>
  var outputs: Range<Int>
  /// Where the next stretch's rows begin.
  var next: Int
  /// Whether any output needs these rows; those behind the last output are read and forgotten.
  var isNeeded: Bool

  /// Values that follow a cubic coefficient must reach this far for it to be right: |pole|^24 is 2e-14.
  static let lookahead = 24

  /// Each output belongs to the first stretch whose rows reach `lookahead` past all it needs.
  static func split(_ taps: AxisTaps, arriving: Int) -> [Stretch] {
    let ahead = taps.isPrefiltered ? lookahead : 0
    let needs = (0..<taps.m).map { output in
      let rows = (0..<taps.taps).map { row(Int(taps.index[output * taps.taps + $0]), taps.n) }
      return (first: rows.min() ?? 0, last: rows.max() ?? 0)
    }
    // Outputs in the order in which rows arrive: from the end where the array axis runs against the axis of space.
    let isReversed = (needs.first?.first ?? 0) > (needs.last?.first ?? 0)
    let order = isReversed ? Array((0..<taps.m).reversed()) : Array(0..<taps.m)
    var stretches: [Stretch] = []
    var (done, kept) = (0, 0)
    for start in stride(from: 0, to: taps.n, by: arriving) {
      let end = min(start + arriving, taps.n)
      let usable = end == taps.n ? end : end - ahead
      let begun = done
      while done < taps.m && needs[order[done]].last < usable { done += 1 }
      let made = order[begun..<done]
      let outputs = made.isEmpty ? 0..<0 : (made.min() ?? 0)..<(made.max() ?? 0) + 1
      let next = done < taps.m ? min(needs[order[done]].first, end) : end
      stretches.append(
        Stretch(arriving: start..<end, rows: kept..<end, outputs: outputs, next: next, isNeeded: begun < taps.m))
      kept = next
    }
    return stretches
  }

  /// The row inside the line that an index needs to be there; coefficients outside come with the first or last row.
  private static func row(_ index: Int, _ n: Int) -> Int { index < n ? index : index < n + 2 ? 0 : n - 1 }
}
