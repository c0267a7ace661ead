import Randomness

/// A patient in a CT scanner, from the lungs to the pelvis; one image, in Hounsfield units.
struct AbdomenScan: Scan {
  static let images = 1

  let bodyGrid: ScanGrid
  private let grid: ScanGrid
  private let anatomy: Anatomy
  private let ribs: RibCage
  private let table: Table
  private let fields: [WaveField]
  private var noise: ScannerNoise
  /// The standard deviation of the noise in the middle of the body, in Hounsfield units.
  private let noiseLevel: Float
  /// What the current column passes through.
  private var present: [Solid] = []

  init(_ phantom: KiTS19Phantom) {
    grid = phantom.grid
    var random = phantom.stream("scan")
    let half = min(0.44 * grid.fieldOfView, 190) * random.uniform(in: 0.93..<1.02)
    let scale = min(max(half / 168, 0.8), 1.15)
    var scaled = grid
    scaled.pixel /= scale
    bodyGrid = scaled
    let heights = scaled.heights
    noiseLevel = Float(random.uniform(in: 16..<26))
    anatomy = Anatomy(heights: heights, using: phantom.stream("anatomy"))
    ribs = RibCage(body: anatomy.body, heights: heights)
    table = Table(top: -anatomy.body.halfLengths(-230).y - 1)
    fields = [(6, 85.0..<170), (6, 22.0..<55), (12, 5.0..<18)].map { count, wavelengths in
      WaveField(waves: count, wavelengths: wavelengths, heights: heights, using: &random)
    }
    noise = ScannerNoise(slices: grid.slices, rows: grid.rows, stream: phantom.stream("noise"))
  }

  mutating func advance(to column: Int) {
    let x = bodyGrid.x(column: column)
    present = anatomy.solids.filter { $0.reach.x.contains(x) }
    noise.advance(to: column)
  }

  /// Air, then the patient, then the table, which gives way to the patient; whole Hounsfield units.
  func paint(_ row: borrowing PhantomRow, at start: Int) {
    row.values.update(repeating: -1006, count: row.count)
    let edge = Float(max(0.9, grid.pixel * 0.9, grid.sliceSpacing * 0.3))
    let y = row.y
    row.enclosure.update(repeating: 0, count: row.count)
    var isFilled = false
    for solid in present where solid.reach.y.contains(y) {
      if !isFilled {
        fields[0].fill(row.coarse, x: row.x, y: y)
        fields[1].fill(row.lumps, x: row.x, y: y)
        fields[2].fill(row.grain, x: row.x, y: y)
        isFilled = true
      }
      solid.paint(row, grid: bodyGrid, edge: edge)
      if solid.isCavity { ribs.paint(row, grid: bodyGrid) }
    }
    table.paint(row)
    expose(row, noiseStart: start)
  }

  /// Adds the noise, which is strongest in the middle of the body and weak in air, and rounds to what a scanner stores.
  private func expose(_ row: borrowing PhantomRow, noiseStart: Int) {
    let (x, y, values, count) = (row.x, row.y, row.values, row.count)
    let radius = Float(bodyGrid.fieldOfView / 2)
    if grid.rows == grid.columns && x * x + y * y > radius * radius {
      values.update(repeating: -1024, count: count)  // scanners reconstruct a circle
      return
    }
    let depth = max(0, 1 - (x * x / (160 * 160) + y * y / (110 * 110)))
    let inside = noiseLevel * (0.75 + 0.4 * depth)
    let shade = -7 * depth  // beam hardening
    noise.plane.withUnsafeBufferPointer { plane in
      guard let start = plane.baseAddress else { return }
      let noise = start + noiseStart
      for slice in 0..<count {
        let value = values[slice]
        let level = value < -700 ? inside * 0.55 : inside
        let exposed = value + level * noise[slice] + (value < -300 ? 0 : shade)
        let rounded = WholeNumber.nearest(exposed)
        values[slice] = rounded < -1024 ? -1024 : rounded > 3071 ? 3071 : rounded
      }
    }
  }
}
