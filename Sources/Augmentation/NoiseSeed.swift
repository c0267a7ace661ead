import Randomness

/// Where a run of bulk random numbers begins: the key and two of the counter's words of Philox4x32-10, a generator of the
/// same family as `RandomStream`'s that has its words four to a block of 128 bits, which vector instructions make fast.
///
/// It is drawn from the sample's own stream, so bulk numbers have the same address as all others.
public struct NoiseSeed: Sendable, Codable, Equatable {
  /// The key's two words, the first one in the lower half.
  public var key: UInt64
  /// The counter's words 2 and 3, the first one in the lower half.
  public var stream: UInt64

  /// The seed of these words.
  public init(key: UInt64, stream: UInt64) {
    self.key = key
    self.stream = stream
  }

  init(using generator: inout RandomStream) {
    self.init(key: generator.next(), stream: generator.next())
  }
}
