import Shards

/// Where a stream's time went.
public struct StreamTimes: Sendable, Equatable {
  /// Reading and decoding, in the stream's threads.
  public var patches = PatchTimes()
  /// Augmentation, in the stream's threads, in nanoseconds.
  public var augment: UInt64 = 0
  /// The trainer's wait for batches, in nanoseconds.
  public var wait: UInt64 = 0
  /// Valid samples that were made.
  public var samples = 0

  /// No time yet.
  public init() {}

  /// Adds up what several threads took.
  static func += (sum: inout StreamTimes, more: StreamTimes) {
    sum.patches += more.patches
    sum.augment += more.augment
    sum.wait += more.wait
    sum.samples += more.samples
  }
}
