import Parallelism
import Volumes

extension LabelMap {
  /// Reads a segmentation by itself, its axes sorted, at the voxels it is stored at.
  /// - Parameters:
  ///   - mapping: which class each stored value becomes.
  ///   - affine: maps the array's indices (i, j, k) to millimetres.
  /// - Throws: what the source throws, and `PreprocessingError` for values outside the mapping or a map beyond the memory.
  public static func read(
    _ source: any PlaneSource, mapping: LabelMapping, affine: Affine, on workers: Workers
  ) throws -> LabelMap {
    let layout = source.layout
    try MemoryCheck.refuse(layout.shape, channels: 0)
    let lanes = LabelLanes(
      source: source, mapping: mapping, grid: TargetGrid(identityOf: layout.shape), resampling: nil, survey: nil)
    try Lanes([lanes.reading.reading, lanes.reading.using, lanes.finishing]).run(on: workers)
    try lanes.refuseForeignValues(mapping)
    return LabelMap(
      shape: layout.shape, classes: lanes.output,
      affine: layout.orientation.canonical(affine, extents: layout.extents))
  }
}
