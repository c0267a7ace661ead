import CKernels
import Volumes

/// A map whose every sample is a voxel: crops, whole jitters and mirrors. Voxels are copied, not computed.
struct VoxelCopy {
  /// Source indices along an axis: `start + step * i`, where step is 1 or -1.
  private struct Axis {
    var start: Int
    var step: Int
    var count: Int
    var sourceCount: Int

    /// The outputs that lie inside the source: one run.
    var inside: Range<Int> {
      let (first, end) = step > 0 ? (-start, sourceCount - start) : (start - sourceCount + 1, start + 1)
      let low = min(max(first, 0), count)
      return low..<max(low, min(end, count))
    }

    func place(_ index: Int, _ border: SpatialSampling.Border) -> Int? {
      border.fold(start + step * index, sourceCount)
    }
  }

  private let z: Axis
  private let y: Axis
  private let x: Axis
  private let border: SpatialSampling.Border

  /// Nil where the map needs values between voxels, or exchanges axes.
  init?(_ map: SpatialMap, source: Shape, border: SpatialSampling.Border) {
    guard map.elastic == nil else { return nil }
    let offset = map.offset
    for row in SpatialAxis.allCases {
      guard offset[row] == offset[row].rounded(), abs(offset[row]) < 1e9, abs(map.linear[row][row]) == 1 else {
        return nil
      }
      for column in SpatialAxis.allCases where column != row && map.linear[row][column] != 0 { return nil }
    }
    func axis(_ axis: SpatialAxis) -> Axis {
      Axis(
        start: Int(offset[axis]), step: Int(map.linear[axis][axis]), count: map.output[axis],
        sourceCount: source[axis])
    }
    (z, y, x) = (axis(.z), axis(.y), axis(.x))
    self.border = border
  }

  /// Copies one channel.
  func copy(_ source: UnsafePointer<Float>, outside: Float, to target: UnsafeMutablePointer<Float>) {
    fillBorder(source, outside, target)
    copyInside { segprep_warp_copy_floats($0, source + $1, target + $2) }
  }

  /// Copies a label; background outside.
  func copy(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>) {
    fillBorder(source, 0, target)
    copyInside { segprep_warp_copy_bytes($0, source + $1, target + $2) }
  }

  /// Calls `body` with the box of voxels inside, its first place in the source, and its first place in the target.
  private func copyInside(_ body: (UnsafePointer<segprep_warp_copy>, Int, Int) -> Void) {
    let (rows, columns, values) = (z.inside, y.inside, x.inside)
    guard !rows.isEmpty && !columns.isEmpty && !values.isEmpty else { return }
    // A reversed row is read from its lower end.
    let lowest = x.start + x.step * (x.step > 0 ? values.lowerBound : values.upperBound - 1)
    let first = ((z.start + z.step * rows.lowerBound) * y.sourceCount + y.start + y.step * columns.lowerBound)
    let isWhole = x.step > 0 && values.count == x.count && x.count == x.sourceCount && y.step > 0
    var copy = segprep_warp_copy()
    copy.count = (rows.count, columns.count, values.count)
    copy.source_z = z.step * y.sourceCount * x.sourceCount
    copy.source_y = y.step * x.sourceCount
    copy.target_z = y.count * x.count
    copy.target_y = x.count
    copy.reversed = x.step < 0 ? 1 : 0
    // Rows that follow each other in both are one.
    if isWhole { copy.count = (rows.count, 1, columns.count * values.count) }
    body(
      &copy, first * x.sourceCount + lowest,
      (rows.lowerBound * y.count + columns.lowerBound) * x.count + values.lowerBound)
  }

  /// Fills all that lies outside the source.
  private func fillBorder<Value>(
    _ source: UnsafePointer<Value>, _ outside: Value, _ target: UnsafeMutablePointer<Value>
  ) {
    let (rows, columns, values) = (z.inside, y.inside, x.inside)
    if rows.count == z.count && columns.count == y.count && values.count == x.count { return }
    for k in 0..<z.count {
      for j in 0..<y.count {
        let to = target + (k * y.count + j) * x.count
        guard let sourceZ = z.place(k, border), let sourceY = y.place(j, border) else {
          to.update(repeating: outside, count: x.count)
          continue
        }
        let from = source + (sourceZ * y.sourceCount + sourceY) * x.sourceCount
        let isInside = rows.contains(k) && columns.contains(j)
        for i in isInside ? 0..<values.lowerBound : 0..<x.count {
          to[i] = x.place(i, border).map { from[$0] } ?? outside
        }
        for i in isInside ? values.upperBound..<x.count : 0..<0 {
          to[i] = x.place(i, border).map { from[$0] } ?? outside
        }
      }
    }
  }
}
