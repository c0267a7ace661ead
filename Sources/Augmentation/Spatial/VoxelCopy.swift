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
    var border: SpatialSampling.Border

    func callAsFunction(_ index: Int) -> Int? { border.fold(start + step * index, sourceCount) }

    /// The outputs that lie inside the source: one run.
    var inside: Range<Int> {
      let (first, end) = step > 0 ? (-start, sourceCount - start) : (start - sourceCount + 1, start + 1)
      let low = min(max(first, 0), count)
      return low..<max(low, min(end, count))
    }
  }

  private let axes: ZYX<Axis>

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
    axes = ZYX { axis in
      Axis(
        start: Int(offset[axis]), step: Int(map.linear[axis][axis]), count: map.output[axis],
        sourceCount: source[axis], border: border)
    }
  }

  /// Copies one channel or label; `row(source, count, isReversed, target)` copies what lies inside.
  func copy<Stored, Value>(
    _ source: UnsafePointer<Stored>, outside: Value, to target: UnsafeMutablePointer<Value>,
    value: (Stored) -> Value, row: (UnsafePointer<Stored>, Int, Bool, UnsafeMutablePointer<Value>) -> Void
  ) {
    let inside = axes.x.inside
    let first = axes.x.step > 0 ? axes.x.start + inside.lowerBound : axes.x.start - (inside.upperBound - 1)
    for z in 0..<axes.z.count {
      let sourceZ = axes.z(z)
      for y in 0..<axes.y.count {
        let to = target + (z * axes.y.count + y) * axes.x.count
        guard let sourceZ, let sourceY = axes.y(y) else {
          to.update(repeating: outside, count: axes.x.count)
          continue
        }
        let from = source + (sourceZ * axes.y.sourceCount + sourceY) * axes.x.sourceCount
        if !inside.isEmpty { row(from + first, inside.count, axes.x.step < 0, to + inside.lowerBound) }
        for x in 0..<inside.lowerBound { to[x] = axes.x(x).map { value(from[$0]) } ?? outside }
        for x in inside.upperBound..<axes.x.count { to[x] = axes.x(x).map { value(from[$0]) } ?? outside }
      }
    }
  }

  /// Copies one channel.
  func copy(_ source: UnsafePointer<Float>, outside: Float, to target: UnsafeMutablePointer<Float>) {
    copy(source, outside: outside, to: target, value: { $0 }) { from, count, isReversed, to in
      if isReversed { segprep_warp_reverse(from, count, to) } else { to.update(from: from, count: count) }
    }
  }

  /// Copies a label; background outside.
  func copy(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>) {
    copy(source, outside: 0, to: target, value: { $0 }) { from, count, isReversed, to in
      if isReversed { segprep_warp_reverse_bytes(from, count, to) } else { to.update(from: from, count: count) }
    }
  }
}
