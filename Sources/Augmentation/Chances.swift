import Randomness

/// How often an intensity transform happens, and to which channels.
public struct Chances: Sendable, Equatable, Encodable {
  /// The probability that it happens to a sample.
  public var sample: Double
  /// The probability that a channel of such a sample takes part.
  public var channel: Double
  /// Whether each channel draws a value of its own; otherwise all take the same.
  public var perChannel: Bool

  /// Always, and to every channel, unless told otherwise.
  public init(sample: Double = 1, channel: Double = 1, perChannel: Bool = true) {
    self.sample = sample
    self.channel = channel
    self.perChannel = perChannel
  }

  /// A value for each channel that takes part; nil where none does.
  ///
  /// As many numbers are drawn whatever happens, so that a channel's value does not depend on the other channels' luck.
  func draw<Value>(
    channels: Int, using stream: inout RandomStream, _ value: (inout RandomStream) -> Value
  ) -> [Value?]? {
    let happens = stream.chance(sample)
    let shared = perChannel ? nil : value(&stream)
    let values = (0..<channels).map { _ -> Value? in
      let takesPart = stream.chance(channel)
      let drawn = shared ?? value(&stream)
      return takesPart ? drawn : nil
    }
    return happens && values.contains { $0 != nil } ? values : nil
  }
}

extension RandomStream {
  /// A number in a range; its upper bound comes only where it is the lower one too. Takes one word.
  mutating func uniform(in range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A factor as batchgenerators draws it: half of the time below 1, half of the time above, where the range has both.
  /// Takes two words.
  mutating func factor(in range: ClosedRange<Double>) -> Double {
    let isBelow = chance(0.5)
    guard range.lowerBound < 1, range.upperBound > 1 else { return uniform(in: range) }
    return uniform(in: isBelow ? range.lowerBound...1 : 1...range.upperBound)
  }
}
