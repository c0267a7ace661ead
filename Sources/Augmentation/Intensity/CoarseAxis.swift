import CKernels

/// A coarser grid along one axis, voxel centres where they belong: the middle of coarse voxel j is (j + 1/2) * fine /
/// coarse of the way along, in fine voxels from the first one's outer face.
struct CoarseAxis {
  /// Fine voxels.
  let fine: Int
  /// Coarse voxels: the rounded product with the zoom, at least one.
  let coarse: Int

  init(fine: Int, zoom: Double) {
    self.fine = fine
    coarse = max(1, min(fine, Int((Double(fine) * zoom).rounded(.toNearestOrEven))))
  }

  /// Fills the tables of the kernel: for each coarse voxel the fine voxel that its middle lies in, and for each fine voxel
  /// the coarse one before it and the weight of the one after that.
  func fill(
    source: UnsafeMutablePointer<Int32>, lower: UnsafeMutablePointer<Int32>, weight: UnsafeMutablePointer<Float>
  ) -> segprep_coarsening {
    for j in 0..<coarse {
      let (voxel, rest) = ((2 * j + 1) * fine).quotientAndRemainder(dividingBy: 2 * coarse)
      // A middle between two voxels goes to the upper and the lower one in turn: always the same would be a shift.
      source[j] = Int32(rest == 0 && j % 2 == 1 ? voxel - 1 : voxel)
    }
    for i in 0..<fine {
      let place = min(max(0, Double((2 * i + 1) * coarse) / Double(2 * fine) - 0.5), Double(coarse - 1))
      lower[i] = Int32(place)
      weight[i] = Float(place - place.rounded(.down))
    }
    return segprep_coarsening(fine: fine, coarse: coarse, source: source, lower: lower, weight: weight)
  }
}
