import CKernels
import Volumes

/// How one channel's filters are laid out over the array, worked out from shapes alone; no memory is taken for voxels.
struct ResamplerPlan {
  let axes: [AxisFilter]
  let outputStrides: [Int]
  /// The array axis (0 or 1) whose outputs lie side by side in a tile, and the one that counts slabs.
  let laneAxis: Int
  let slabAxis: Int
  let tilesPerSlab: Int

  static let lanes = Int(SEGPREP_LANES)
  /// Planes per stretch: some 28 more are filtered twice, and the tiles of a KiTS19 case fill 26 MB.
  private static let planesPerStretch = 96

  init(layout: ArrayLayout, grid: TargetGrid, order: InterpolationOrder, border: Border) {
    let directions = layout.orientation.directions
    axes = directions.enumerated().map { place, direction in
      AxisFilter(
        AxisTaps(grid: grid, axis: direction.axis, isReversed: direction.isReversed, order: order, border: border),
        arriving: place == 2 ? Self.planesPerStretch : nil)
    }
    let shape = grid.shape
    outputStrides = directions.map { [1, shape.x, shape.x * shape.y][$0.axis.rawValue] }
    // The fastest axis of the output must be the lanes of a tile or its rows, so that it is written in runs.
    laneAxis = outputStrides[0] == 1 ? 0 : 1
    slabAxis = 1 - laneAxis
    tilesPerSlab = (axes[laneAxis].m + Self.lanes - 1) / Self.lanes
  }

  /// Tiles of all slabs.
  var tiles: Int { axes[slabAxis].m * tilesPerSlab }

  /// Rows of a scratch block, and values of a scratch plane.
  var scratchRows: Int { axes.map { max($0.blockRows, $0.m) }.max() ?? 0 }
  var scratchPlane: Int { axes[1].m * axes[0].n }

  /// Bytes of the tiles, which are there once, and of each thread's scratch.
  var tileBytes: Int { 4 * tiles * (axes[2].maxRows + 1) * Self.lanes }
  var scratchBytes: Int { 4 * (2 * scratchRows * Self.lanes + scratchPlane) }
}
