/// Neighbouring voxels of one class in one row: along the fastest axis, background never.
///
/// A segmentation is nearly all background, so its runs are a thousandth of its voxels.
struct LabelRun: Sendable, Equatable {
  /// The row's place along the plane's second axis.
  var row: Int32
  var start: Int32
  /// One past the last voxel.
  var end: Int32
  var value: UInt8

  var count: Int { Int(end - start) }
}

extension [LabelRun] {
  /// Appends the runs of one row; rows come in order.
  mutating func append(row: Int, of classes: UnsafePointer<UInt8>, count: Int) {
    let bytes = UnsafeRawPointer(classes)
    var i = 0
    while true {
      while i + 8 <= count, bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self) == 0 { i += 8 }
      while i < count, classes[i] == 0 { i += 1 }
      guard i < count else { return }
      let (value, start) = (classes[i], i)
      repeat { i += 1 } while i < count && classes[i] == value
      append(LabelRun(row: Int32(row), start: Int32(start), end: Int32(i), value: value))
    }
  }

  /// The runs of one row; runs are sorted by row.
  func runs(ofRow row: Int32) -> ArraySlice<LabelRun> {
    let first = partition { $0.row >= row }
    var end = first
    while end < count, self[end].row == row { end += 1 }
    return self[first..<end]
  }

  /// The first place from which on `isBehind` holds.
  private func partition(_ isBehind: (LabelRun) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
