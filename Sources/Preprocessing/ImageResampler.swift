import CKernels
import Volumes

/// What becomes of voxels that are NaN or infinite.
public enum NonfinitePolicy: Sendable, Equatable {
  case fail
  case replace(Double)
}

/// Brings one channel from its array on disk onto a grid in (z, y, x) order, plane by plane.
///
/// The filter is separable, so each axis is filtered and reduced on its own: the two fast axes of a plane as soon as the
/// plane has arrived, while it is in cache; the slow axis once all planes are there. What is kept in between is reduced
/// already, in tiles of 32 lines that lie whole in memory. Transposition and reversal of axes happen on the way, in
/// cache-sized blocks. An axis that keeps its grid is only copied, so loading without resampling is the same path.
///
/// Planes, and afterwards slabs, may be handed in by any thread in any order; the result is the same.
public final class ImageResampler: @unchecked Sendable {
  public let layout: ArrayLayout
  public let grid: TargetGrid
  private let axes: [KernelAxis]
  private let output: UnsafeMutablePointer<Float>
  private let outputStrides: [Int]
  private let input: segprep_input
  /// The array axis (0 or 1) whose outputs lie side by side in a tile, and the one that counts slabs.
  private let laneAxis: Int
  private let slabAxis: Int
  private let tilesPerSlab: Int
  private let tileRows: Int
  private let tiles: Buffer<Float>

  /// - Parameters:
  ///   - output: `grid.shape.count` floats in (z, y, x) order, alive as long as slabs are being finished.
  ///   - pointwise: applied to each voxel before it is sampled.
  public init(
    layout: ArrayLayout, grid: TargetGrid, order: InterpolationOrder, border: Border, pointwise: Pointwise = .identity,
    nonfinite: NonfinitePolicy = .fail, output: UnsafeMutablePointer<Float>
  ) {
    precondition(layout.shape == grid.source, "a grid laid over another shape")
    self.layout = layout
    self.grid = grid
    self.output = output
    let directions = layout.orientation.directions
    axes = directions.map {
      KernelAxis(AxisTaps(grid: grid, axis: $0.axis, isReversed: $0.isReversed, order: order, border: border))
    }
    let shape = grid.shape
    outputStrides = directions.map { [1, shape.x, shape.x * shape.y][$0.axis.rawValue] }
    // The fastest axis of the output must be the lanes of a tile or its rows, so that it is written in runs.
    laneAxis = outputStrides[2] == 1 ? 1 : outputStrides[0] == 1 ? 0 : 1
    slabAxis = 1 - laneAxis
    tilesPerSlab = (axes[laneAxis].m + Self.lanes - 1) / Self.lanes
    tileRows = axes[2].n + (axes[2].taps.border == .nearest && axes[2].taps.isPrefiltered ? 4 : 0)
    tiles = Buffer(count: axes[slabAxis].m * tilesPerSlab * tileRows * Self.lanes)
    var replacement = 0.0
    if case .replace(let value) = nonfinite { replacement = value }
    let map = pointwise.kernel
    input = segprep_input(
      scalar: Int32(layout.scalar.kernelCode), swapped: layout.isByteSwapped ? 1 : 0, slope: layout.slope,
      intercept: layout.intercept, replacement: Float(replacement), lower: map.lower, upper: map.upper,
      offset: map.offset, scale: map.scale)
  }

  /// Slabs to finish once every plane has been taken.
  public var slabs: Int { axes[slabAxis].m }

  private static let lanes = Int(SEGPREP_LANES)

  /// Memory that one thread needs for one plane or slab.
  public func makeScratch() -> Scratch {
    let rows = axes.map { max($0.n + 4, $0.m) }.max() ?? 0
    return Scratch(rows: rows, plane: axes[1].m * axes[0].n)
  }

  /// One thread's working memory, small enough to stay in its cache.
  public final class Scratch: @unchecked Sendable {
    let block: Buffer<Float>
    let result: Buffer<Float>
    let plane: Buffer<Float>

    init(rows: Int, plane: Int) {
      block = Buffer(count: rows * ImageResampler.lanes)
      result = Buffer(count: rows * ImageResampler.lanes)
      self.plane = Buffer(count: plane)
    }
  }

  /// Filters plane `k` along its two axes; returns how many of its voxels were not finite.
  public func take(_ plane: UnsafeRawPointer, at k: Int, _ scratch: Scratch) -> Int {
    let nonfinite = filterSlowAxis(of: plane, scratch)
    filterFastAxis(at: k, scratch)
    return nonfinite
  }

  /// Along axis 1, 32 lines of neighbouring axis-0 positions at a time, from the stored type to a float plane.
  private func filterSlowAxis(of plane: UnsafeRawPointer, _ scratch: Scratch) -> Int {
    let (n0, axis) = (axes[0].n, axes[1])
    let bytes = layout.scalar.bytes
    var nonfinite = 0
    var input = input
    for column in stride(from: 0, to: n0, by: Self.lanes) {
      let lanes = min(Self.lanes, n0 - column)
      nonfinite += segprep_load_rows(&input, plane + column * bytes, n0 * bytes, axis.n, lanes, scratch.block.base)
      axis.sample(scratch.block.base, scratch.result.base)
      segprep_store_rows(scratch.result.base, axis.m, lanes, scratch.plane.base + column, n0)
    }
    return nonfinite
  }

  /// Along axis 0, 32 lines at a time, into the tiles.
  private func filterFastAxis(at k: Int, _ scratch: Scratch) {
    let (n0, rows, axis) = (axes[0].n, axes[1].m, axes[0])
    let slabStride = tilesPerSlab * tileRows * Self.lanes
    for row in stride(from: 0, to: rows, by: Self.lanes) {
      let lanes = min(Self.lanes, rows - row)
      segprep_load_lines(scratch.plane.base + row * n0, n0, n0, lanes, scratch.block.base)
      axis.sample(scratch.block.base, scratch.result.base)
      if laneAxis == 1 {
        segprep_store_rows(
          scratch.result.base, axis.m, Self.lanes, tile(slab: 0, row / Self.lanes) + k * Self.lanes, slabStride)
      } else {
        for first in stride(from: 0, to: axis.m, by: Self.lanes) {
          segprep_store_lines(
            scratch.result.base + first * Self.lanes, min(Self.lanes, axis.m - first), lanes,
            tile(slab: row, first / Self.lanes) + k * Self.lanes, slabStride)
        }
      }
    }
  }

  /// Filters one slab along the slow axis and writes it to the output. Every plane must have been taken.
  public func finish(slab: Int, _ scratch: Scratch) {
    let axis = axes[2]
    for index in 0..<tilesPerSlab {
      axis.sample(tile(slab: slab, index), scratch.result.base)
      let first = index * Self.lanes
      let lanes = min(Self.lanes, axes[laneAxis].m - first)
      let target = output + slab * outputStrides[slabAxis] + first * outputStrides[laneAxis]
      if outputStrides[laneAxis] == 1 {
        segprep_store_rows(scratch.result.base, axis.m, lanes, target, outputStrides[2])
      } else {
        segprep_store_lines(scratch.result.base, axis.m, lanes, target, outputStrides[laneAxis])
      }
    }
  }

  private func tile(slab: Int, _ index: Int) -> UnsafeMutablePointer<Float> {
    tiles.base + (slab * tilesPerSlab + index) * tileRows * Self.lanes
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
