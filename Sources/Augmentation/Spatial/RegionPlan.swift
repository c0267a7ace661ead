import CKernels
import Volumes

/// Whether a source can be sampled where it lies, and which part of it otherwise.
struct RegionPlan {
  /// Whether the source's own memory is sampled.
  let isDirect: Bool
  /// What has to be copied, and at order 3 filtered.
  let box: SourceBox
  /// The coordinates that are sampled as they are; the border says what becomes of the others.
  let limits: ZYX<ClosedRange<Int>>

  init(box: SourceBox, sampling: SpatialSampling, source: PatchSource) {
    let isCubic = sampling.imageOrder == .cubic
    let shape = source.shape
    let voxels = shape.map { 0...($0 - 1) }
    // Splines go on to move beyond a border whose voxels go on.
    let reach = isCubic && sampling.border == .nearest ? SampledRegion.horizon : 0
    let limits = ZYX { axis in
      axis == .z && shape.z == 1 ? 0...0 : (0 - reach)...(shape[axis] - 1 + reach)
    }
    self.limits = limits
    // A line of one voxel has no second one to weigh.
    isDirect = !isCubic && shape.y > 1 && shape.x > 1
    var box = box
    if sampling.border == .mirror {
      // What lies beyond is read inside, anywhere.
      for axis in SpatialAxis.allCases {
        if voxels[axis].contains(box.low[axis]) && voxels[axis].contains(box.high[axis]) { continue }
        (box.low[axis], box.high[axis]) = (voxels[axis].lowerBound, voxels[axis].upperBound)
      }
    }
    // Three more for the taps and for rounding.
    self.box = box.grown(by: isCubic ? SampledRegion.horizon + 3 : 3, within: limits)
  }
}

extension segprep_warp {
  /// All but where the image lies.
  init(sampling: SpatialSampling, source: PatchSource, limits: ZYX<ClosedRange<Int>>) {
    self.init()
    low = (Int32(limits.z.lowerBound), Int32(limits.y.lowerBound), Int32(limits.x.lowerBound))
    high = (Int32(limits.z.upperBound), Int32(limits.y.upperBound), Int32(limits.x.upperBound))
    order = Int32(sampling.imageOrder.rawValue)
    planar = source.shape.z == 1 ? 1 : 0
    switch sampling.border {
    case .constant: border = Int32(SEGPREP_WARP_CONSTANT.rawValue)
    case .nearest: border = Int32(SEGPREP_WARP_NEAREST.rawValue)
    case .mirror: border = Int32(SEGPREP_WARP_MIRROR.rawValue)
    }
    label_extent = (Int32(source.shape.z), Int32(source.shape.y), Int32(source.shape.x))
    argmax = sampling.labelRule == .argmax ? 1 : 0
  }

  /// Says where a single channel lies.
  mutating func place(_ values: UnsafePointer<Float>, origin: Int, stride: ZYX<Int>) {
    (image, channels, channel) = (values, 1, 0)
    self.origin = Int32(origin)
    (image_z, image_y) = (Int32(stride.z), Int32(stride.y))
  }
}
