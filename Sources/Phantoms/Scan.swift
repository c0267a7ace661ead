import Volumes

/// A patient in a scanner: paints one case, plane by plane; a plane is a column of the image.
///
/// Only one plane is ever held as floats. A plane's values depend on the case alone, never on who renders it.
protocol Scan {
  /// How many images it takes at a time: one in CT, one per sequence in MRI.
  static var images: Int { get }
  /// The grid in the millimetres of the average adult that the anatomy is drawn for.
  var bodyGrid: ScanGrid { get }
  /// Goes on to the next column; the first one has none before it.
  mutating func advance(to column: Int)
  /// Paints a row of that column: values as the scanner stores them, and classes.
  /// - Parameter start: the row's first voxel within its plane.
  func paint(_ row: borrowing PhantomRow, at start: Int)
}

extension Scan {
  /// Paints all planes and hands each over: its column, its values (the images one after the other), its classes. Both
  /// have the slices fastest, then the rows.
  mutating func render(
    _ receive: (
      _ column: Int, _ values: UnsafeMutableBufferPointer<Float>, _ labels: UnsafeMutableBufferPointer<UInt8>
    ) -> Void
  ) {
    let (count, plane) = (bodyGrid.slices, bodyGrid.slices * bodyGrid.rows)
    let values = Buffer<Float>(count: plane * Self.images)
    let labels = Buffer<UInt8>(count: plane)
    let notes = Buffer<Float>(count: count * 7)
    bodyGrid.heights.withUnsafeBufferPointer { heights in
      guard let z = heights.baseAddress else { return }
      var row = PhantomRow(
        count: count, z: z, coarse: notes.base, lumps: notes.base + count, grain: notes.base + 2 * count,
        enclosure: notes.base + 3 * count, everywhere: notes.base + 4 * count, scratch: notes.base + 5 * count,
        weights: notes.base + 6 * count, images: Self.images, stride: plane, values: values.base, labels: labels.base)
      row.everywhere.update(repeating: 1, count: count)
      for column in 0..<bodyGrid.columns {
        labels.values.update(repeating: 0)
        row.x = bodyGrid.x(column: column)
        advance(to: column)
        for index in 0..<bodyGrid.rows {
          row.y = bodyGrid.y(row: index)
          row.values = values.base + index * count
          row.labels = labels.base + index * count
          paint(row, at: index * count)
        }
        receive(column, values.values, labels.values)
      }
    }
  }
}
