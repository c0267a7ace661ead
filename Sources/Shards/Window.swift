import Volumes

/// A box of voxels about a volume; it may leave it, or miss it altogether.
struct Window: Sendable {
  /// The first voxel's place in the volume.
  let origin: ZYX<Int>
  /// Voxels along each axis.
  let shape: Shape

  /// The part of each axis of a volume that lies in the window; empty where none does.
  func inside(_ volume: Shape) -> ZYX<Range<Int>> {
    ZYX {
      let start = min(max(0, origin[$0]), volume[$0])
      return start..<max(start, min(volume[$0], origin[$0] + shape[$0]))
    }
  }
}
