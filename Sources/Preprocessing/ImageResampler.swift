import CKernels
import Volumes

/// What becomes of voxels that are NaN or infinite.
public enum NonfinitePolicy: Sendable, Equatable {
  case fail
  case replace(Double)

  /// What stands in for them, also while they are only counted.
  var replacement: Float {
    if case .replace(let value) = self { Float(value) } else { 0 }
  }
}

/// Brings one channel from its array on disk onto a grid in (z, y, x) order, plane by plane.
///
/// The filter is separable, so each axis is filtered and reduced on its own: the two fast axes of a plane as soon as the
/// plane has arrived, the slow axis whenever another stretch of planes is complete. What is kept in between is reduced
/// already, in tiles of 32 lines, and only as many planes of it as the filter reaches: it stays in cache, whatever the
/// volume's size. Transposition and reversal of axes happen on the way, in cache-sized blocks. An axis that keeps its
/// grid is only copied, so loading without resampling is the same path.
///
/// The planes of one stretch may be taken, and then its slabs finished, by any thread in any order; stretches come one
/// after the other. The result is always the same.
public final class ImageResampler: @unchecked Sendable {
  /// How the source's voxels lie.
  public let layout: ArrayLayout
  /// The planes of each stretch, in order.
  public let stretches: [Range<Int>]
  private let axes: [AxisFilter]
  private let output: UnsafeMutablePointer<Float>
  private let outputStrides: [Int]
  private let input: segprep_input
  /// The array axis (0 or 1) whose outputs lie side by side in a tile, and the one that counts slabs.
  private let laneAxis: Int
  private let slabAxis: Int
  private let tilesPerSlab: Int
  private let tiles: Buffer<Float>
  /// The slow axis' causal recursion, one row of lanes per tile.
  private let states: Buffer<Float>

  private let plan: ResamplerPlan
  private static let lanes = ResamplerPlan.lanes

  /// - Parameters:
  ///   - output: `grid.shape.count` floats in (z, y, x) order, alive as long as slabs are being finished.
  ///   - pointwise: applied to each voxel before it is sampled.
  public init(
    layout: ArrayLayout, grid: TargetGrid, order: InterpolationOrder, border: Border, pointwise: Pointwise = .identity,
    nonfinite: NonfinitePolicy = .fail, output: UnsafeMutablePointer<Float>
  ) {
    precondition(layout.shape == grid.source, "a grid laid over another shape")
    self.layout = layout
    self.output = output
    let plan = ResamplerPlan(layout: layout, grid: grid, order: order, border: border)
    self.plan = plan
    (axes, outputStrides) = (plan.axes, plan.outputStrides)
    (laneAxis, slabAxis, tilesPerSlab) = (plan.laneAxis, plan.slabAxis, plan.tilesPerSlab)
    stretches = axes[2].stretches.map(\.arriving)
    tiles = Buffer(count: plan.tiles * axes[2].maxRows * Self.lanes)
    states = Buffer(count: plan.tiles * Self.lanes)
    input = segprep_input(layout, replacement: nonfinite.replacement, pointwise)
  }

  /// Slabs to finish once every plane of a stretch has been taken.
  public var slabs: Int { axes[slabAxis].m }

  /// Memory that one thread needs for one plane or slab.
  public func makeScratch() -> Scratch { Scratch(rows: plan.scratchRows, plane: plan.scratchPlane) }

  /// One thread's working memory, small enough to stay in its cache.
  public final class Scratch: @unchecked Sendable {
    let block: Buffer<Float>
    let result: Buffer<Float>
    let plane: Buffer<Float>
    let state: Buffer<Float>

    init(rows: Int, plane: Int) {
      block = Buffer(count: rows * ImageResampler.lanes)
      result = Buffer(count: rows * ImageResampler.lanes)
      self.plane = Buffer(count: plane)
      state = Buffer(count: ImageResampler.lanes)
    }
  }

  /// Filters plane `k`, one of stretch `stretch`, along its two axes; returns how many of its voxels were not finite.
  public func take(_ plane: UnsafeRawPointer, at k: Int, stretch: Int, _ scratch: Scratch) -> Int {
    let nonfinite = filterSecondAxis(of: plane, scratch)
    filterFirstAxis(row: k - axes[2].stretches[stretch].rows.lowerBound, scratch)
    return nonfinite
  }

  /// Along axis 1, 32 lines of neighbouring axis-0 positions at a time, from the stored type to a float plane.
  private func filterSecondAxis(of plane: UnsafeRawPointer, _ scratch: Scratch) -> Int {
    let (n0, axis) = (axes[0].n, axes[1])
    let bytes = layout.scalar.bytes
    var nonfinite = 0
    var input = input
    for column in stride(from: 0, to: n0, by: Self.lanes) {
      let lanes = min(Self.lanes, n0 - column)
      nonfinite += segprep_load_rows(&input, plane + column * bytes, n0 * bytes, axis.n, lanes, scratch.block.base)
      axis.run(axis.stretches[0], scratch.block.base, state: scratch.state.base, scratch.result.base)
      segprep_store_rows(scratch.result.base, axis.m, lanes, scratch.plane.base + column, n0)
    }
    return nonfinite
  }

  /// Along axis 0, 32 lines at a time, into a row of the tiles.
  private func filterFirstAxis(row: Int, _ scratch: Scratch) {
    let (n0, lines, axis) = (axes[0].n, axes[1].m, axes[0])
    let slabStride = tilesPerSlab * axes[2].maxRows * Self.lanes
    for line in stride(from: 0, to: lines, by: Self.lanes) {
      let lanes = min(Self.lanes, lines - line)
      segprep_load_lines(scratch.plane.base + line * n0, n0, n0, lanes, scratch.block.base)
      axis.run(axis.stretches[0], scratch.block.base, state: scratch.state.base, scratch.result.base)
      if laneAxis == 1 {
        segprep_store_rows(
          scratch.result.base, axis.m, Self.lanes, tile(line / Self.lanes) + row * Self.lanes, slabStride)
      } else {
        for first in stride(from: 0, to: axis.m, by: Self.lanes) {
          segprep_store_lines(
            scratch.result.base + first * Self.lanes, min(Self.lanes, axis.m - first), lanes,
            tile(line * tilesPerSlab + first / Self.lanes) + row * Self.lanes, slabStride)
        }
      }
    }
  }

  /// Filters one slab of a stretch along the slow axis and writes what it gives to the output.
  ///
  /// Every plane of the stretch must have been taken, and every slab be finished before a plane of the next is.
  public func finish(slab: Int, stretch: Int, _ scratch: Scratch) {
    let axis = axes[2]
    let part = axis.stretches[stretch]
    guard part.isNeeded else { return }
    for index in 0..<tilesPerSlab {
      let number = slab * tilesPerSlab + index
      let rows = tile(number)
      scratch.block.base.update(from: rows, count: part.rows.count * Self.lanes)
      axis.run(part, scratch.block.base, state: states.base + number * Self.lanes, scratch.result.base)
      let first = index * Self.lanes
      let target =
        output + slab * outputStrides[slabAxis] + first * outputStrides[laneAxis]
        + part.outputs.lowerBound * outputStrides[2]
      store(scratch.result.base, part.outputs.count, lanes: min(Self.lanes, axes[laneAxis].m - first), at: target)
      // The rows that the next stretch still needs move to the front.
      let kept = part.rows.upperBound - part.next
      rows.update(from: rows + (part.next - part.rows.lowerBound) * Self.lanes, count: kept * Self.lanes)
    }
  }

  private func store(
    _ result: UnsafePointer<Float>, _ count: Int, lanes: Int, at target: UnsafeMutablePointer<Float>
  ) {
    if outputStrides[laneAxis] == 1 {
      segprep_store_rows(result, count, lanes, target, outputStrides[2])
    } else {
      segprep_store_lines(result, count, lanes, target, outputStrides[laneAxis])
    }
  }

  private func tile(_ number: Int) -> UnsafeMutablePointer<Float> {
    tiles.base + number * axes[2].maxRows * Self.lanes
  }
}

extension segprep_input {
  /// What turns a layout's stored values into floats.
  init(_ layout: ArrayLayout, replacement: Float, _ pointwise: Pointwise = .identity) {
    let map = pointwise.kernel
    self.init(
      scalar: Int32(layout.scalar.kernelCode), swapped: layout.isByteSwapped ? 1 : 0, slope: layout.slope,
      intercept: layout.intercept, replacement: replacement, lower: map.lower, upper: map.upper,
      offset: map.offset, scale: map.scale)
  }
}

extension ScalarType {
  /// The type's number in the C kernels.
  var kernelCode: UInt32 {
    switch self {
    case .uint8: SEGPREP_UINT8.rawValue
    case .int8: SEGPREP_INT8.rawValue
    case .uint16: SEGPREP_UINT16.rawValue
    case .int16: SEGPREP_INT16.rawValue
    case .uint32: SEGPREP_UINT32.rawValue
    case .int32: SEGPREP_INT32.rawValue
    case .uint64: SEGPREP_UINT64.rawValue
    case .int64: SEGPREP_INT64.rawValue
    case .float32: SEGPREP_FLOAT32.rawValue
    case .float64: SEGPREP_FLOAT64.rawValue
    }
  }
}
