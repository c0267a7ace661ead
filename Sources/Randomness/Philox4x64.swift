/// The counter-based generator Philox4x64-10: a block of four random words is a function of a key and a counter.
///
/// Nothing is carried from one block to the next, so any thread can make any block. From Salmon, Moraes, Dror and Shaw,
/// "Parallel random numbers: as easy as 1, 2, 3" (SC11); equal to Random123's `philox4x64` with ten rounds.
public struct Philox4x64: Sendable, Equatable {
  /// The two words that choose a generator.
  public let key: SIMD2<UInt64>
  /// The four words of block 0; lane 0 counts blocks.
  public let counter: SIMD4<UInt64>

  /// A generator whose block 0 has the counter `counter`.
  public init(key: SIMD2<UInt64>, counter: SIMD4<UInt64>) {
    self.key = key
    self.counter = counter
  }

  /// The four words of a block: those of the counter with `index` added to its lane 0 (modulo 2^64).
  public func block(_ index: UInt64 = 0) -> SIMD4<UInt64> {
    var (c0, c1, c2, c3) = (counter[0] &+ index, counter[1], counter[2], counter[3])
    var (k0, k1) = (key[0], key[1])
    for _ in 0..<10 {
      let first = Self.multipliers.0.multipliedFullWidth(by: c0)
      let second = Self.multipliers.1.multipliedFullWidth(by: c2)
      (c0, c1, c2, c3) = (second.high ^ c1 ^ k0, second.low, first.high ^ c3 ^ k1, first.low)
      k0 &+= Self.keySteps.0
      k1 &+= Self.keySteps.1
    }
    return SIMD4(c0, c1, c2, c3)
  }

  /// Fills `words` with blocks `first`, `first + 1`, ...; of the last one only as many words as there is room for.
  public func fill(_ words: UnsafeMutableBufferPointer<UInt64>, firstBlock first: UInt64) {
    var index = first
    var place = 0
    while place < words.count {
      let words4 = block(index)
      for lane in 0..<min(4, words.count - place) { words[place + lane] = words4[lane] }
      place += 4
      index &+= 1
    }
  }

  private static let multipliers: (UInt64, UInt64) = (0xD2E7_470E_E14C_6C93, 0xCA5A_8263_9512_1157)
  private static let keySteps: (UInt64, UInt64) = (0x9E37_79B9_7F4A_7C15, 0xBB67_AE85_84CA_A73B)
}
