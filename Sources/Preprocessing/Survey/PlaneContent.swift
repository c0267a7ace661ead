import Volumes

/// Where a plane's voxels are not 0: columns and rows, each up to one past the last.
struct PlaneContent: Equatable {
  private(set) var columns: Range<Int>
  private(set) var rows: Range<Int>

  /// Nil for a plane of zeros. Rows are looked at from both ends, so a CT, which is 0 nowhere near its edges, costs
  /// next to nothing.
  init?(of plane: UnsafeRawPointer, _ layout: ArrayLayout) {
    let (scalar, count) = (layout.storedScalar, layout.extents[0])
    let rowBytes = count * scalar.scalar.bytes
    var found: PlaneContent?
    for y in 0..<layout.extents[1] {
      let row = StoredRow(voxels: plane + y * rowBytes, scalar: scalar, count: count)
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
  let voxels: UnsafeRawPointer
  let scalar: StoredScalar
  let count: Int

  /// Whether zero bytes are the value 0, so that they can be skipped eight at a time.
  private var isZeroPlain: Bool { scalar.intercept == 0 }

  var firstNonzero: Int? {
    var i = 0
    if isZeroPlain {
      let bytes = count * scalar.scalar.bytes
      var at = 0
      while at + 8 <= bytes, voxels.loadUnaligned(fromByteOffset: at, as: UInt64.self) == 0 { at += 8 }
      i = at / scalar.scalar.bytes
    }
    while i < count, scalar.value(voxels, i) == 0 { i += 1 }
    return i < count ? i : nil
  }

  /// Only asked where there is one.
  var lastNonzero: Int {
    var end = count
    if isZeroPlain {
      var at = count * scalar.scalar.bytes
      while at >= 8, voxels.loadUnaligned(fromByteOffset: at - 8, as: UInt64.self) == 0 { at -= 8 }
      end = (at + scalar.scalar.bytes - 1) / scalar.scalar.bytes
    }
    while end > 0, scalar.value(voxels, end - 1) == 0 { end -= 1 }
    return end - 1
  }
}
