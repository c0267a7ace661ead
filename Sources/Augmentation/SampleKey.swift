import Randomness

/// Which sample is augmented: everything random follows from it, wherever and in whatever order samples are made.
public struct SampleKey: Sendable, Codable, Hashable {
  /// Another seed gives other samples.
  public var seed: UInt64
  /// The case's name in the data set.
  public var caseIdentifier: String
  /// The patch's number within its case.
  public var patch: UInt32
  /// The epoch, from 0.
  public var epoch: UInt32
  /// How often the patch was met before within the epoch.
  public var occurrence: UInt32

  /// The key of one sample.
  public init(
    seed: UInt64, caseIdentifier: String = "", patch: UInt32 = 0, epoch: UInt32 = 0, occurrence: UInt32 = 0
  ) {
    self.seed = seed
    self.caseIdentifier = caseIdentifier
    self.patch = patch
    self.epoch = epoch
    self.occurrence = occurrence
  }

  /// The random numbers of one transform; those of the others do not depend on whether it is there.
  func stream(for transform: String) -> RandomStream {
    RandomStream(
      seed: seed, purpose: "augment", caseIdentifier: caseIdentifier, patch: patch, epoch: epoch,
      occurrence: occurrence, transform: transform)
  }
}
