import CKernels

/// CRC-32C (Castagnoli), as iSCSI (RFC 3720) and file systems use it.
public enum CRC32C {
  /// The checksum of the bytes; "123456789" gives 0xE3069283.
  /// - Parameter before: the checksum of what comes before them.
  public static func checksum(_ bytes: UnsafeRawBufferPointer, after before: UInt32 = 0) -> UInt32 {
    segprep_crc32c(before, bytes.baseAddress, bytes.count)
  }

  /// A checksum as people read it.
  static func text(_ checksum: UInt32) -> String {
    let digits = String(checksum, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
