import Volumes

/// Where a plane's voxels are not 0: columns and rows, each up to one past the last.
struct PlaneContent: Equatable {
  private(set) var columns: Range<Int>
  private(set) var rows: Range<Int>

  /// Nil for a plane of zeros. Rows are looked at from both ends, so a CT, which is 0 nowhere near its edges, costs
  /// next to nothing.
  init?(of plane: UnsafeRawPointer, _ layout: ArrayLayout) {
    var found: PlaneContent?
    for y in 0..<layout.extents[1] {
      let row = StoredRow(plane + y * layout.extents[0] * layout.scalar.bytes, layout)
      guard let first = row.firstNonzero else { continue }
      let columns = first..<row.lastNonzero + 1
      let known = found ?? PlaneContent(columns: columns, rows: y..<y + 1)
      found = PlaneContent(
        columns: min(known.columns.lowerBound, columns.lowerBound)..<max(known.columns.upperBound, columns.upperBound),
        rows: known.rows.lowerBound..<y + 1)
    }
    guard let found else { return nil }
    self = found
  }

  private init(columns: Range<Int>, rows: Range<Int>) { (self.columns, self.rows) = (columns, rows) }
}

/// A row of voxels as they are stored.
private struct StoredRow {
  private let voxels: UnsafeRawPointer
  private let layout: ArrayLayout
  private let count: Int
  /// Whether zero bytes are the value 0, so that they can be skipped eight at a time.
  private let isZeroPlain: Bool

  init(_ voxels: UnsafeRawPointer, _ layout: ArrayLayout) {
    self.voxels = voxels
    self.layout = layout
    count = layout.extents[0]
    isZeroPlain = layout.intercept == 0
  }

  var firstNonzero: Int? {
    var i = 0
    if isZeroPlain {
      let bytes = count * layout.scalar.bytes
      var at = 0
      while at + 8 <= bytes, voxels.loadUnaligned(fromByteOffset: at, as: UInt64.self) == 0 { at += 8 }
      i = at / layout.scalar.bytes
    }
    while i < count, layout.value(voxels, i) == 0 { i += 1 }
    return i < count ? i : nil
  }

  /// Only asked where there is one.
  var lastNonzero: Int {
    var end = count
    if isZeroPlain {
      var at = count * layout.scalar.bytes
      while at >= 8, voxels.loadUnaligned(fromByteOffset: at - 8, as: UInt64.self) == 0 { at -= 8 }
      end = (at + layout.scalar.bytes - 1) / layout.scalar.bytes
    }
    while end > 0, layout.value(voxels, end - 1) == 0 { end -= 1 }
    return end - 1
  }
}
