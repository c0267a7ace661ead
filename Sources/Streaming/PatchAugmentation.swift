import Volumes

/// What changes a training's patches between decoding and the batch. One serves all threads; each thread has a worker.
///
/// What comes out must follow from the patch and its address alone.
public protocol PatchAugmentation: Sendable {
  /// Stands for all that decides what comes out; a stream's state records it.
  var digest: String { get }

  /// What one thread works with, its own memory included, for patches of that shape that are stored with that margin.
  func worker(patchShape: Shape, margin: Shape) throws -> any PatchAugmentationWorker
}

/// Augments patches, one at a time.
public protocol PatchAugmentationWorker: AnyObject {
  /// Makes an augmented patch.
  /// - Parameters:
  ///   - patch: as it is stored, with its margin.
  ///   - image: (channel, z, y, x) of the patch without its margin; all of it is to be written.
  ///   - label: (z, y, x) of it.
  func augment(
    _ patch: DecodedPatch, at address: SampleAddress, image: UnsafeMutablePointer<Float>,
    label: UnsafeMutablePointer<UInt8>
  ) throws -> PatchChange
}

/// A patch in memory, margin included.
public struct DecodedPatch {
  /// (channel, z, y, x).
  public let image: UnsafeBufferPointer<Float>
  /// (z, y, x).
  public let label: UnsafeBufferPointer<UInt8>
  /// Images on the one grid.
  public let channels: Int
  /// Voxels along each axis, margin included.
  public let shape: Shape
  /// Voxels of the margin on each side.
  public let margin: Shape
  /// What stands outside the volume, by channel, as the image's values are now.
  public let padValues: [Float]
}

/// What randomness is addressed by (Randomness.RandomStream).
public struct SampleAddress: Sendable, Equatable {
  /// The stream's seed.
  public let seed: UInt64
  /// The case.
  public let caseIdentifier: String
  /// The patch's number within its case and set.
  public let patch: UInt32
  /// From 0.
  public let epoch: UInt32
  /// How often the patch came before in this epoch.
  public let occurrence: UInt32
}

/// What an augmentation did.
public struct PatchChange: Sendable {
  /// How far the patch moved, in voxels: it begins at its stored origin plus this.
  public var shift: ZYX<Int>
  /// What was drawn.
  public var drawn: (any Sendable)?

  /// A change that moved the patch by `shift`.
  public init(shift: ZYX<Int> = ZYX(z: 0, y: 0, x: 0), drawn: (any Sendable)? = nil) {
    self.shift = shift
    self.drawn = drawn
  }
}
