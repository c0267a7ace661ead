/// Random numbers that belong to one address: the same seed and address give the same draws, wherever they are made.
///
/// The key is (seed, purpose); the counter's lanes are (block, case, patch and epoch, occurrence and transform). A stream
/// is a value: a copy draws the same numbers as the original. Word n of a stream is word n % 4 of Philox block n / 4.
public struct RandomStream: Sendable, RandomNumberGenerator {
  private let generator: Philox4x64
  private var block: SIMD4<UInt64> = .zero
  private var drawn: UInt64 = 0

  /// The stream of an address.
  /// - Parameters:
  ///   - purpose: what the numbers are for, as "folds"; two purposes never share numbers.
  ///   - caseIdentifier: as "case_00042"; empty where no case is meant.
  ///   - patch: the patch's number within its case.
  ///   - occurrence: how often the patch was met before within the epoch.
  ///   - transform: the transform's name, so that adding a transform leaves the others' draws as they were.
  public init(
    seed: UInt64, purpose: String, caseIdentifier: String = "", patch: UInt32 = 0, epoch: UInt32 = 0,
    occurrence: UInt32 = 0, transform: String = ""
  ) {
    generator = Philox4x64(
      key: SIMD2(seed, StableHash.hash64(purpose)),
      counter: SIMD4(
        0, StableHash.hash64(caseIdentifier), UInt64(patch) << 32 | UInt64(epoch),
        UInt64(occurrence) << 32 | UInt64(StableHash.hash32(transform))))
  }

  /// The generator behind the stream, for bulk draws that address blocks themselves.
  public var philox: Philox4x64 { generator }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    let lane = Int(drawn & 3)
    if lane == 0 { block = generator.block(drawn >> 2) }
    drawn &+= 1
    return block[lane]
  }
}
