import CKernels
import Volumes

/// Which source values each output of one axis is a weighted sum of.
///
/// Outputs are in canonical order (towards superior, anterior, right); indices count along the source array, so a
/// reversed array axis costs nothing.
struct AxisTaps {
  /// Source values, outputs, and values per output.
  let n: Int
  let m: Int
  let taps: Int
  /// Whether values must be turned into B-spline coefficients first.
  let isPrefiltered: Bool
  let border: Border
  /// `m * taps` positions along the source axis; n ... n + 3 are coefficients -2, -1, n and n + 1.
  private(set) var index: [Int32]
  /// `m * taps` weights; each output's add up to 1.
  let weights: [Double]

  /// The same taps into a ring that holds row i in slot `i % slots`.
  func wrapped(into slots: Int) -> AxisTaps {
    var taps = self
    taps.index = index.map { $0 % Int32(slots) }
    return taps
  }

  init(grid: TargetGrid, axis: SpatialAxis, isReversed: Bool, order: InterpolationOrder, border: Border) {
    let n = grid.source[axis]
    let m = grid.shape[axis]
    let isIdentity = grid.index[axis] == .identity
    let order = isIdentity || n == 1 ? .nearest : order
    self.n = n
    self.m = m
    self.border = border
    taps = order.rawValue + 1
    isPrefiltered = order == .cubic
    var index: [Int32] = []
    var weights: [Double] = []
    index.reserveCapacity(m * taps)
    weights.reserveCapacity(m * taps)
    let extends = order == .cubic && border == .nearest
    for i in 0..<m {
      let at = Self.onto(grid.coordinate(i, axis), n, border)
      let start: Int
      switch order {
      case .nearest: start = Int((at + 0.5).rounded(.down))
      case .linear, .cubic: start = Int(at.rounded(.down))
      }
      weights += Self.weights(order, at - Double(start))
      let first = order == .cubic ? start - 1 : start
      for tap in first..<(first + taps) {
        index.append(Int32(extends ? Self.extended(tap, n, isReversed) : Self.inside(tap, n, border, isReversed)))
      }
    }
    self.index = index
    self.weights = weights
  }

  /// Brings a coordinate onto the line as SciPy's zoom does: a mirrored line is folded; on one that goes on as its ends
  /// the coordinate stays where it is, and only the voxels it reads from are the nearest ones.
  private static func onto(_ coordinate: Double, _ n: Int, _ border: Border) -> Double {
    switch border {
    // One voxel outside everything has the end's value; beyond n + 1 there are no coefficients.
    case .nearest: min(max(coordinate, -1), Double(n).nextDown)
    case .mirror: fold(coordinate, n, border)
    }
  }

  private static func fold(_ coordinate: Double, _ n: Int, _ border: Border) -> Double {
    let last = Double(n - 1)
    guard n > 1 else { return 0 }
    switch border {
    case .nearest: return min(max(coordinate, 0), last)
    case .mirror:
      let period = 2 * last
      let folded = abs(coordinate).truncatingRemainder(dividingBy: period)
      return folded > last ? period - folded : folded
    }
  }

  private static func inside(_ tap: Int, _ n: Int, _ border: Border, _ isReversed: Bool) -> Int {
    let folded = Int(fold(Double(tap), n, border))
    return isReversed ? n - 1 - folded : folded
  }

  private static func extended(_ tap: Int, _ n: Int, _ isReversed: Bool) -> Int {
    let along = isReversed ? n - 1 - tap : tap
    if along < 0 { return n + 2 + along }
    return along < n ? along : along + 2
  }

  /// Weights at distance `t` (0 ..< 1) past the tap at or before the coordinate; for cubic the second of four.
  private static func weights(_ order: InterpolationOrder, _ t: Double) -> [Double] {
    switch order {
    case .nearest: return [1]
    // The last weight is what the others leave, as in SciPy: a label's weight of one half must round to the same side.
    case .linear: return [1 - t, 1 - (1 - t)]
    case .cubic:
      let s = 1 - t
      let (b, c) = ((t * t * (t - 2) * 3 + 4) / 6, (s * s * (s - 2) * 3 + 4) / 6)
      let a = s * s * s / 6
      return [a, b, c, 1 - a - b - c]
    }
  }
}
