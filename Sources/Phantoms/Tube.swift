/// An elliptic tube along the body whose middle and width change from slice to slice.
struct Tube: Sendable {
  private let centerX: [Float]
  private let centerY: [Float]
  private let inverseX: [Float]
  private let inverseY: [Float]
  /// The slices it runs through.
  private let range: Range<Int>
  /// 0 is an ellipse; up to 1 it swells towards its corners.
  private let squareness: Float
  let radius: Float
  private let halfLengths: (x: Float, y: Float)
  private let middles: (x: ClosedRange<Float>, y: ClosedRange<Float>)

  /// - Parameters:
  ///   - heights: each slice's z.
  ///   - extent: the heights between which the tube runs.
  ///   - center, halfLengths: at a height.
  init(
    heights: [Float], extent: ClosedRange<Float>, squareness: Float = 0, center: (Float) -> SIMD2<Float>,
    halfLengths: (Float) -> SIMD2<Float>
  ) {
    let centers = heights.map(center)
    let sizes = heights.map(halfLengths)
    centerX = centers.map(\.x)
    centerY = centers.map(\.y)
    inverseX = sizes.map { 1 / ($0.x * $0.x) }
    inverseY = sizes.map { 1 / ($0.y * $0.y) }
    let lower = heights.firstIndex { $0 <= extent.upperBound } ?? heights.count
    let upper = heights.lastIndex { $0 >= extent.lowerBound } ?? -1
    let range = lower..<max(lower, upper + 1)
    self.range = range
    self.squareness = squareness
    func bounds(_ values: [Float]) -> ClosedRange<Float> {
      let used = values[range]
      return (used.min() ?? 0)...(used.max() ?? 0)
    }
    middles = (bounds(centerX), bounds(centerY))
    self.halfLengths = (bounds(sizes.map(\.x)).upperBound, bounds(sizes.map(\.y)).upperBound)
    radius = (self.halfLengths.x * self.halfLengths.y).squareRoot()
  }

  func reach(level: Float) -> (x: ClosedRange<Float>, y: ClosedRange<Float>) {
    let stretch = level.squareRoot()
    func widen(_ middle: ClosedRange<Float>, _ half: Float) -> ClosedRange<Float> {
      (middle.lowerBound - half * stretch)...(middle.upperBound + half * stretch)
    }
    return (widen(middles.x, halfLengths.x), widen(middles.y, halfLengths.y))
  }

  /// Puts q along the row into its scratch; returns the slices it runs through.
  func fill(_ row: borrowing PhantomRow) -> Range<Int> {
    let (q, x, y, squareness) = (row.scratch, row.x, row.y, squareness)
    centerX.withUnsafeBufferPointer { centerX in
      centerY.withUnsafeBufferPointer { centerY in
        inverseX.withUnsafeBufferPointer { inverseX in
          inverseY.withUnsafeBufferPointer { inverseY in
            for slice in range {
              let (dx, dy) = (x - centerX[slice], y - centerY[slice])
              let (u, v) = (dx * dx * inverseX[slice], dy * dy * inverseY[slice])
              q[slice] = u + v - squareness * u * v
            }
          }
        }
      }
    }
    return range
  }
}
