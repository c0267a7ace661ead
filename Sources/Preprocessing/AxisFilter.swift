import CKernels
import Volumes

/// One axis' filter: turns blocks of 32 lines into their samples, at once or stretch by stretch while values arrive.
///
/// A cubic B-spline needs the whole line, but what lies more than 24 values away weighs less than a float can tell
/// (|pole|^24 = 2e-14). A long line is therefore filtered in stretches that overlap by so much, and never kept whole.
final class AxisFilter: @unchecked Sendable {
  /// Values of each line, and samples made of them.
  let n: Int
  let m: Int
  let stretches: [Stretch]
  /// The most rows that a stretch has.
  let maxRows: Int
  private let taps: AxisTaps
  private let index: Buffer<Int32>
  private let weights: Buffer<Float>

  /// A run of rows, and the outputs that can be made once they are there.
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
  }

  /// Values that follow a coefficient must reach this far for it to be right.
  private static let lookahead = 24

  /// - Parameter arriving: rows per stretch; nil for lines that are there whole.
  init(_ taps: AxisTaps, arriving: Int? = nil) {
    self.taps = taps
    n = taps.n
    m = taps.m
    stretches = Self.split(taps, arriving: max(arriving ?? taps.n, 2 * Self.lookahead))
    maxRows = stretches.map(\.rows.count).max() ?? 0
    index = Buffer(count: taps.index.count)
    weights = Buffer(count: taps.weights.count)
    for (place, weight) in taps.weights.enumerated() { weights.base[place] = Float(weight) }
    for stretch in stretches {
      for place in stretch.outputs.lowerBound * taps.taps..<stretch.outputs.upperBound * taps.taps {
        // Coefficients outside the line follow the stretch's own rows.
        let row = Int(taps.index[place])
        index.base[place] = Int32(row >= n ? stretch.rows.upperBound + row - n : row)
      }
    }
  }

  /// Rows of floats that a block for any stretch needs.
  var blockRows: Int { maxRows + 4 }

  /// Filters and samples one stretch: `block` holds its rows and is overwritten, `result` gets its outputs.
  /// - Parameter state: one value per lane, carried from stretch to stretch; for lines that are there whole, any memory.
  func run(
    _ stretch: Stretch, _ block: UnsafeMutablePointer<Float>, state: UnsafeMutablePointer<Float>,
    _ result: UnsafeMutablePointer<Float>
  ) {
    if taps.isPrefiltered {
      var kernel = segprep_stretch(
        rows: stretch.rows.count, begins: stretch.rows.lowerBound == 0 ? 1 : 0,
        ends: stretch.rows.upperBound == n ? 1 : 0, nearest: taps.border == .nearest ? 1 : 0,
        before_next: stretch.next - stretch.rows.lowerBound)
      segprep_prefilter(&kernel, block, state)
    }
    let first = stretch.outputs.lowerBound * taps.taps
    segprep_gather(
      block, Int32(taps.taps), index.base + first, weights.base + first, Int32(stretch.rows.lowerBound),
      stretch.outputs.count, result)
  }

  /// Each output belongs to the first stretch whose rows reach `lookahead` past all it needs.
  private static func split(_ taps: AxisTaps, arriving: Int) -> [Stretch] {
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
