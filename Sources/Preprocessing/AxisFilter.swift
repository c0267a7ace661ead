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

  /// - Parameter arriving: rows per stretch; nil for lines that are there whole.
  init(_ taps: AxisTaps, arriving: Int? = nil) {
    self.taps = taps
    n = taps.n
    m = taps.m
    stretches = Stretch.split(taps, arriving: max(arriving ?? taps.n, 2 * Stretch.lookahead))
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
}
