/// MT19937, the 32-bit Mersenne Twister, seeded as `init_genrand` does: the generator behind NumPy's `RandomState(seed)`.
///
/// It is here only to repeat splits that others published; everything else random in segprep is drawn by `Randomness`.
/// Source: Matsumoto and Nishimura 1998, and the recurrence's 2002 initialisation.
struct MersenneTwister: RandomNumberGenerator {
  private var state: [UInt32]
  private var position: Int

  private static let size = 624
  private static let shift = 397

  init(seed: UInt32) {
    state = [UInt32](repeating: seed, count: Self.size)
    for i in 1..<Self.size {
      state[i] = 1_812_433_253 &* (state[i - 1] ^ (state[i - 1] >> 30)) &+ UInt32(i)
    }
    position = Self.size
  }

  /// The next 32 bits.
  mutating func next32() -> UInt32 {
    if position == Self.size { refill() }
    var y = state[position]
    position += 1
    y ^= y >> 11
    y ^= (y << 7) & 0x9d2c_5680
    y ^= (y << 15) & 0xefc6_0000
    return y ^ (y >> 18)
  }

  /// Two draws, the first in the lower half.
  mutating func next() -> UInt64 {
    let low = UInt64(next32())
    return UInt64(next32()) << 32 | low
  }

  private mutating func refill() {
    for i in 0..<Self.size {
      let y = (state[i] & 0x8000_0000) | (state[(i + 1) % Self.size] & 0x7fff_ffff)
      state[i] = state[(i + Self.shift) % Self.size] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_b0df)
    }
    position = 0
  }

  /// Shuffles as `RandomState.shuffle` does: from the last element down, with masked draws that are redrawn while too large.
  ///
  /// - Precondition: fewer than 2^32 elements (NumPy draws 64 bits beyond that).
  mutating func shuffle<Element>(_ elements: inout [Element]) {
    precondition(elements.count <= UInt32.max, "a shuffle of 2^32 elements or more draws otherwise")
    guard elements.count > 1 else { return }
    for i in stride(from: elements.count - 1, through: 1, by: -1) {
      let mask = UInt32.max >> UInt32(i).leadingZeroBitCount
      var j = next32() & mask
      while j > i { j = next32() & mask }
      elements.swapAt(i, Int(j))
    }
  }
}
