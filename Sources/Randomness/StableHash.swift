/// Hashes of identifiers that stay the same from run to run, machine to machine and version to version.
///
/// Swift's own `hashValue` is seeded anew in each process and must never reach an output.
public enum StableHash {
  /// The 64-bit FNV-1a hash of a text's UTF-8 bytes.
  public static func hash64(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }

  /// The 64-bit hash folded to 32 bits by exclusive or, as the FNV authors recommend.
  public static func hash32(_ text: String) -> UInt32 {
    let hash = hash64(text)
    return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
  }
}
