import Volumes

extension Augmenter {
  /// How far beyond the patch a sample reads its source, in voxels on each side: the margin with which nothing of it comes
  /// from beyond the source's border.
  ///
  /// Elastic displacement counts as 5 times its RMS, which about one voxel in a million exceeds. Where several spatial
  /// groups follow each other, all of them are counted.
  public func reach(of record: AugmentationRecord) -> Shape {
    // The patch as its own source: what the maps then ask for beyond it is what is looked for.
    let steps = Steps(schedule, record, transforms: transforms, patchShape: patchShape, sourceShape: patchShape).steps
    let middle = patchShape.map { Double($0 - 1) / 2 }
    var half = middle
    for case .spatial(let map) in steps.reversed() {
      // What a later group weighs, beyond the places that it samples at.
      if half != middle { half = half.map { $0 + 1 } }
      let bent = map.elastic?.voxelRMS(over: patchShape).map { 5 * $0 } ?? ZYX { _ in 0 }
      half = ZYX { row in
        let ends = SpatialAxis.allCases.map { abs(map.linear[row][$0]) * (half[$0] + bent[$0]) }
        return ends.reduce(abs(map.centre[row] - middle[row]), +)
      }
    }
    let taps = sampling.imageOrder == .cubic ? SampledRegion.horizon : 1
    return Shape { axis in
      let excess = half[axis] - middle[axis]
      // Turning by whole quarters leaves the last digits of a sine.
      guard excess > 1e-9, patchShape[axis] > 1 || axis != .z else { return 0 }
      return Int(min(excess, Double(Int32.max)).rounded(.up)) + taps
    }
  }
}
