import Augmentation
import Files
import Prepared
import Volumes

/// The library's own augmentation, as a stream applies it to training patches.
public struct AugmentedPatches: PatchAugmentation {
  /// What may happen, in this order.
  public let transforms: [Transform]
  /// How patches are sampled where something moves them.
  public let sampling: SpatialSampling

  /// Transforms whose parameters are checked when a stream is opened.
  public init(_ transforms: [Transform], sampling: SpatialSampling = SpatialSampling()) {
    self.transforms = transforms
    self.sampling = sampling
  }

  /// SHA-256 over the transforms with their ranges, and the sampling.
  public var digest: String {
    let content = Content(transforms: transforms, sampling: sampling)
    guard let text = try? CanonicalJSON.text(content) else { return "parameters that are no numbers" }
    return SHA256.hash(text)
  }

  private struct Content: Encodable {
    var transforms: [Transform]
    var sampling: SpatialSampling
  }

  /// A worker with its own workspace.
  /// - Throws: `AugmentationError` where a parameter is out of range.
  public func worker(patchShape: Shape, margin: Shape) throws -> any PatchAugmentationWorker {
    Worker(
      try Augmenter(transforms: transforms, patchShape: patchShape, margin: margin, sampling: sampling))
  }

  private final class Worker: PatchAugmentationWorker {
    private let augmenter: Augmenter
    private let workspace = AugmentationWorkspace()

    init(_ augmenter: Augmenter) { self.augmenter = augmenter }

    func augment(
      _ patch: DecodedPatch, at address: SampleAddress, image: UnsafeMutablePointer<Float>,
      label: UnsafeMutablePointer<UInt8>
    ) throws -> PatchChange {
      guard let voxels = patch.image.baseAddress else { return PatchChange() }
      let key = SampleKey(
        seed: address.seed, caseIdentifier: address.caseIdentifier, patch: address.patch, epoch: address.epoch,
        occurrence: address.occurrence)
      let record = try patch.padValues.withUnsafeBufferPointer { pads in
        guard let pads = pads.baseAddress else { preconditionFailure("a patch without channels") }
        let source = PatchSource(
          image: .float32(voxels), label: patch.label.baseAddress, channels: patch.channels, shape: patch.shape,
          padValues: pads)
        return try augmenter.apply(
          source, to: PatchTarget(image: image, label: label), key: key, workspace: workspace)
      }
      return PatchChange(shift: record.originShift, drawn: record)
    }
  }
}
