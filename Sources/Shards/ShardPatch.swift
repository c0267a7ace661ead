import Volumes

/// A patch of a case, as the index of a shard describes it.
public struct ShardPatch: Sendable, Equatable {
  /// What is special about a patch.
  public struct Flags: OptionSet, Sendable {
    /// The bits as they are stored.
    public let rawValue: UInt32

    /// The flags of those bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// A part of the patch itself (not only of its margin) lies outside the volume and is filled.
    public static let padded = Flags(rawValue: 1)
    /// The patch was put around a voxel of the foreground.
    public static let foreground = Flags(rawValue: 2)
    /// The patch was to be put around a voxel of the foreground, of which its case has none: it lies anywhere.
    public static let foregroundAbsent = Flags(rawValue: 4)
  }

  /// The case's name in the data set.
  public var caseIdentifier: String
  /// The index in the prepared volume of the patch's first voxel, its margin not counted; may be negative.
  public var origin: Shape
  /// What is special about it.
  public var flags: Flags
  /// 0 for the voxels as they were prepared, n for the nth augmented version of them.
  public var variant: Int
  /// What was drawn for an augmented version, as one line of JSON; empty for variant 0.
  public var augmentation: String

  /// A patch of that case.
  public init(
    caseIdentifier: String, origin: Shape, flags: Flags = [], variant: Int = 0, augmentation: String = ""
  ) {
    self.caseIdentifier = caseIdentifier
    self.origin = origin
    self.flags = flags
    self.variant = variant
    self.augmentation = augmentation
  }
}
