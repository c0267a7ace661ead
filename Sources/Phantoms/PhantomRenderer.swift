import Randomness
import Volumes

/// Paints one case, plane by plane in the order in which the voxels lie on disk: a plane is a column of the image.
///
/// Only one plane is ever held as floats. A plane's values depend on the case alone, never on who renders it.
struct PhantomRenderer {
  private let grid: ScanGrid
  /// The grid in the millimetres of the average adult that the anatomy is drawn for.
  private let bodyGrid: ScanGrid
  private let anatomy: Anatomy
  private let ribs: RibCage
  private let table: Table
  private let fields: [WaveField]
  private var noise: ScannerNoise
  /// The standard deviation of the noise in the middle of the body, in Hounsfield units.
  private let noiseLevel: Float
  private let heights: [Float]

  init(_ phantom: KiTS19Phantom) {
    grid = phantom.grid
    var random = phantom.stream("scan")
    let half = min(0.44 * grid.fieldOfView, 190) * random.uniform(in: 0.93..<1.02)
    let scale = min(max(half / 168, 0.8), 1.15)
    var scaled = grid
    scaled.pixel /= scale
    bodyGrid = scaled
    heights = (0..<grid.slices).map { scaled.z(slice: $0) }
    noiseLevel = Float(random.uniform(in: 16..<26))
    anatomy = Anatomy(heights: heights, using: phantom.stream("anatomy"))
    ribs = RibCage(body: anatomy.body, heights: heights)
    table = Table(top: -anatomy.body.halfLengths(-230).y - 1)
    fields = [(6, 85.0..<170), (6, 22.0..<55), (12, 5.0..<18)].map { [heights] count, wavelengths in
      WaveField(waves: count, wavelengths: wavelengths, heights: heights, using: &random)
    }
    noise = ScannerNoise(slices: grid.slices, rows: grid.rows, stream: phantom.stream("noise"))
  }

  /// Paints all planes and hands each over: its column, its values rounded to whole Hounsfield units, its classes.
  mutating func render(
    _ receive: (
      _ column: Int, _ values: UnsafeMutableBufferPointer<Float>, _ labels: UnsafeMutableBufferPointer<UInt8>
    ) -> Void
  ) {
    let count = grid.slices
    let values = Buffer<Float>(count: count * grid.rows)
    let labels = Buffer<UInt8>(count: count * grid.rows)
    let notes = Buffer<Float>(count: count * 6)
    heights.withUnsafeBufferPointer { heights in
      guard let z = heights.baseAddress else { return }
      var row = PhantomRow(
        count: count, z: z, coarse: notes.base, lumps: notes.base + count, grain: notes.base + 2 * count,
        cavity: notes.base + 3 * count, everywhere: notes.base + 4 * count, scratch: notes.base + 5 * count,
        values: values.base, labels: labels.base)
      row.everywhere.update(repeating: 1, count: count)
      for column in 0..<grid.columns {
        labels.values.update(repeating: 0)
        row.x = bodyGrid.x(column: column)
        let x = row.x
        let present = anatomy.solids.filter { $0.reach.x.contains(x) }
        noise.advance(to: column)
        for index in 0..<grid.rows {
          row.y = bodyGrid.y(row: index)
          row.values = values.base + index * count
          row.labels = labels.base + index * count
          paint(&row, present)
          expose(row, noiseStart: index * count)
        }
        receive(column, values.values, labels.values)
      }
    }
  }

  /// Air, then the patient, then the table, which gives way to the patient.
  private func paint(_ row: inout PhantomRow, _ solids: [Solid]) {
    row.values.update(repeating: -1006, count: row.count)
    let edge = Float(max(0.9, grid.pixel * 0.9, grid.sliceSpacing * 0.3))
    let y = row.y
    row.cavity.update(repeating: 0, count: row.count)
    var isFilled = false
    for solid in solids where solid.reach.y.contains(y) {
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
    let rounder: Float = 12_582_912  // adding and taking away 1.5 * 2^23 rounds to the nearest integer
    noise.plane.withUnsafeBufferPointer { plane in
      guard let start = plane.baseAddress else { return }
      let noise = start + noiseStart
      for slice in 0..<count {
        let value = values[slice]
        let level = value < -700 ? inside * 0.55 : inside
        let exposed = value + level * noise[slice] + (value < -300 ? 0 : shade)
        let rounded = (exposed + rounder) - rounder
        values[slice] = rounded < -1024 ? -1024 : rounded > 3071 ? 3071 : rounded
      }
    }
  }
}
