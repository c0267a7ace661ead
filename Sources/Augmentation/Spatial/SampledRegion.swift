import CKernels
import Volumes

/// One channel of a source, or the part of it that a map reads, with a voxel before and two behind each line so that no
/// sample needs to ask where it is; at order 3 as B-spline coefficients.
final class SampledRegion {
  /// The region's first value.
  private(set) var values: UnsafeMutablePointer<Float>
  /// Where in `values` the source's voxel (0, 0, 0) lies, or would lie.
  private(set) var origin = 0
  /// Values from one row, and from one slice, to the next.
  private(set) var stride = ZYX(z: 0, y: 0, x: 1)

  private var memory = Workspace<Float>()
  private var block = Workspace<Float>()
  private var box = SourceBox.single
  private var isPlanar = false

  init() { values = memory.room(for: 0) }

  /// Voxels that a spline feels: 0.268^12 is 1.4e-7, and SciPy pads a `nearest` border by as many.
  static let horizon = 12

  /// Makes room for a box of the source.
  func enter(_ box: SourceBox, isPlanar: Bool) {
    self.box = box
    self.isPlanar = isPlanar
    let padded = ZYX { axis in box.shape[axis] + (axis == .z && isPlanar ? 0 : Self.before + Self.behind) }
    stride = ZYX(z: padded.y * padded.x, y: padded.x, x: 1)
    values = memory.room(for: padded.count)
    let first = ZYX { axis in (axis == .z && isPlanar ? 0 : Self.before) - box.low[axis] }
    origin = first.z * stride.z + first.y * stride.y + first.x
  }

  private static let before = 1
  private static let behind = 2

  /// Fills the region from a channel whose shape is `shape`, going on beyond it as its outermost voxels.
  func fill(_ channel: UnsafePointer<Float>, shape: Shape, isFiltered: Bool) {
    let lanes = Int(SEGPREP_LANES)
    let block = block.room(for: box.shape.x * lanes)
    let isInside = SpatialAxis.allCases.allSatisfy { box.low[$0] >= 0 && box.high[$0] < shape[$0] }
    for z in 0..<box.shape.z {
      let plane = values + origin + (z + box.low.z) * stride.z + box.low.y * stride.y + box.low.x
      if !isInside || !isFiltered { copy(channel, shape, z, to: plane) }
      guard isFiltered else { continue }
      let direct = channel + ((z + box.low.z) * shape.y + box.low.y) * shape.x + box.low.x
      let (from, step) = isInside ? (direct, shape.x) : (UnsafePointer(plane), stride.y)
      for y in Swift.stride(from: 0, to: box.shape.y, by: lanes) {
        let width = min(lanes, box.shape.y - y)
        segprep_load_lines(from + y * step, step, box.shape.x, width, block)
        segprep_warp_prefilter(block, lanes, box.shape.x, lanes)
        segprep_store_lines(block, box.shape.x, width, plane + y * stride.y, stride.y)
      }
      segprep_warp_prefilter(plane, stride.y, box.shape.y, box.shape.x)
    }
    if isFiltered && !isPlanar {
      for y in 0..<box.shape.y {
        let first = values + origin + box.low.z * stride.z + (y + box.low.y) * stride.y + box.low.x
        segprep_warp_prefilter(first, stride.z, box.shape.z, box.shape.x)
      }
    }
    mirrorRims()
  }

  private func copy(_ channel: UnsafePointer<Float>, _ shape: Shape, _ z: Int, to plane: UnsafeMutablePointer<Float>) {
    func clamp(_ index: Int, _ axis: SpatialAxis) -> Int { min(max(index, 0), shape[axis] - 1) }
    for y in 0..<box.shape.y {
      let from = channel + (clamp(z + box.low.z, .z) * shape.y + clamp(y + box.low.y, .y)) * shape.x
      let to = plane + y * stride.y
      let inside = max(box.low.x, 0)..<min(box.high.x + 1, shape.x)
      for x in box.low.x..<inside.lowerBound { to[x - box.low.x] = from[0] }
      (to + inside.lowerBound - box.low.x).update(from: from + inside.lowerBound, count: inside.count)
      for x in inside.upperBound..<(box.high.x + 1) { to[x - box.low.x] = from[shape.x - 1] }
    }
  }

  /// Coefficients go on mirrored about the first and last one, as the filter assumed.
  private func mirrorRims() {
    let first = values + origin + box.low.z * stride.z + box.low.y * stride.y + box.low.x
    let shape = box.shape
    for z in 0..<shape.z {
      let plane = first + z * stride.z
      for y in 0..<shape.y { mirror(plane + y * stride.y, shape.x, 1, width: 1) }
      mirror(plane - Self.before, shape.y, stride.y, width: stride.y)
    }
    if !isPlanar { mirror(values + Self.before * stride.z, shape.z, stride.z, width: stride.z) }
  }

  /// Fills the line's rims: `count` runs of `width` values, `step` apart, lie between them.
  private func mirror(_ line: UnsafeMutablePointer<Float>, _ count: Int, _ step: Int, width: Int) {
    func fill(_ at: Int) {
      let from = SpatialSampling.Border.mirror.fold(at, count) ?? 0
      (line + at * step).update(from: line + from * step, count: width)
    }
    fill(-1)
    fill(count)
    fill(count + 1)
  }
}

extension SourceBox {
  fileprivate static let single = SourceBox(low: ZYX { _ in 0 }, high: ZYX { _ in 0 })
}
