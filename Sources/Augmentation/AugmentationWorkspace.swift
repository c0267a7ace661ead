import Volumes

/// The memory that augmenting one sample at a time takes: made when first needed, and used again for every sample after.
///
/// Give each thread its own. What is in it never reaches a result.
public final class AugmentationWorkspace: @unchecked Sendable {
  let sampler = SpatialSampler()
  let intensity = IntensityScratch()
  private var images = [Workspace<Float>(), Workspace<Float>()]
  private var labels = [Workspace<UInt8>(), Workspace<UInt8>()]
  private var results = Workspace<Float>()
  private var pads = Workspace<Float>()

  /// A workspace without memory yet.
  public init() {}

  /// Room for a whole sample that is none of the caller's, and not the other one of the two that there are.
  func room(_ which: Int, channels: Int, shape: Shape, isLabelled: Bool) -> PatchTarget {
    PatchTarget(
      image: images[which].room(for: channels * shape.count),
      label: isLabelled ? labels[which].room(for: shape.count) : nil)
  }

  /// Room for a finished image that is to be stored in another precision.
  func resultRoom(count: Int) -> UnsafeMutablePointer<Float> { results.room(for: count) }

  /// Room for a value per channel.
  func padValues(channels: Int) -> UnsafeMutablePointer<Float> { pads.room(for: channels) }
}
