import CKernels

/// CRC-32C (Castagnoli), as iSCSI (RFC 3720) and file systems use it.
public enum CRC32C {
  /// The checksum of the bytes; "123456789" gives 0xE3069283.
  public static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    segprep_crc32c(0, bytes.baseAddress, bytes.count)
  }
}
