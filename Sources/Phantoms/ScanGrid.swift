/// Where the voxels of a scan lie: slices from head to foot, rows from front to back, columns from right to left.
///
/// The slices are the fastest axis in memory while it is painted, as in KiTS19. Positions are relative to the body's own zero: the middle of
/// the image in a plane, the height of the kidneys or of the brain's middle along the body; x grows to the patient's right, y to the front, z to
/// the head.
struct ScanGrid: Sendable, Equatable {
  var slices: Int
  var rows: Int
  var columns: Int
  /// Millimetres from slice to slice.
  var sliceSpacing: Double
  /// Millimetres from row to row and from column to column.
  var pixel: Double
  /// The height of the first slice, in millimetres.
  var top: Double
  /// The y of the image's middle, in millimetres.
  var middle: Double = 0

  /// Voxels along each axis, fastest in memory first.
  var extents: [Int] { [slices, rows, columns] }
  var voxels: Int { slices * rows * columns }
  /// The smaller side of the image in millimetres.
  var fieldOfView: Double { Double(min(rows, columns)) * pixel }

  /// Each slice's z.
  var heights: [Float] { (0..<slices).map { z(slice: $0) } }

  func x(column: Int) -> Float { Float(pixel * (Double(columns - 1) / 2 - Double(column))) }
  func y(row: Int) -> Float { Float(middle + pixel * (Double(rows - 1) / 2 - Double(row))) }
  func z(slice: Int) -> Float { Float(top - sliceSpacing * Double(slice)) }

  /// The slices between two heights; empty where they lie outside the scan.
  func slices(from low: Float, to high: Float) -> Range<Int> {
    let first = ((top - Double(high)) / sliceSpacing).rounded(.up)
    let last = ((top - Double(low)) / sliceSpacing).rounded(.down)
    let lower = Int(min(max(first, 0), Double(slices)))
    return lower..<max(lower, Int(min(max(last + 1, 0), Double(slices))))
  }
}
