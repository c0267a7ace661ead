/// Ribs: bright pieces of the body's wall, each sinking from back to front.
struct RibCage: Sendable {
  let body: BodyOutline
  let heights: [Float]
  private let wall: [SIMD2<Float>]

  init(body: BodyOutline, heights: [Float]) {
    self.body = body
    self.heights = heights
    wall = heights.map {
      let half = body.halfLengths($0) - SIMD2(body.fat + 10, 12 + body.fat * 0.5)
      return SIMD2(1 / (half.x * half.x), 1 / (half.y * half.y))
    }
  }

  /// The lowest rib ends here.
  static let lowest: Float = -12
  static let period: Float = 29

  func paint(_ row: borrowing PhantomRow, grid: ScanGrid) {
    let (x, y) = (row.x, row.y)
    let sink = 70 * (y + 90) / 180  // how much lower than at the spine the rib is here
    let low = Self.lowest + max(0, y + 30) * 0.9
    for slice in grid.slices(from: low, to: 2000) {
      let q =
        x * x * wall[slice].x + y * y * wall[slice].y
        - BodyOutline.squareness * x * x * wall[slice].x * y * y * wall[slice].y
      let across = abs(q - 1) / 0.075
      if across > 1.4 { continue }
      let place = (heights[slice] + sink) / Self.period
      let along = abs(place - place.rounded()) * Self.period / 5.5
      let distance = along * along + across * across
      let weight = min(max((1 - distance) * 2 + 0.5, 0), 1)
      let value: Float = distance < 0.4 ? 190 : 430
      row.values[slice] += weight * (value - row.values[slice])
    }
  }
}

/// The table under the back: a thin shell, hollow, bent like a shallow trough.
struct Table: Sendable {
  /// The height of its upper side in the middle.
  let top: Float

  func paint(_ row: borrowing PhantomRow) {
    if abs(row.x) > 205 { return }
    let depth = top + row.x * row.x / 1500 - row.y
    if depth < 0 || depth > 26 { return }
    let value: Float = depth < 4 ? -820 : depth < 6 ? -90 : depth > 24 ? -120 : -955
    for slice in 0..<row.count where row.values[slice] < value { row.values[slice] = value }
  }
}
