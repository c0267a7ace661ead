import CCrypto

/// A SHA-256 that grows with the bytes it is given (OpenSSL's, which uses the CPU's own instructions where it has them).
public final class SHA256 {
  private let context: OpaquePointer

  /// The hash of nothing yet.
  public init() {
    guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      preconditionFailure("OpenSSL has no SHA-256")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes in the next bytes.
  public func update(_ bytes: UnsafeRawBufferPointer) {
    EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
  }

  /// The hash of all that was given, as 64 lower-case hexadecimal digits; nothing may be added after.
  public func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  /// The hash of a text's UTF-8 bytes.
  public static func hash(_ text: String) -> String {
    let hash = SHA256()
    Array(text.utf8).withUnsafeBytes { hash.update($0) }
    return hash.finish()
  }

  /// Bytes read at a time: they are hashed while they lie in the second-level cache.
  private static let blockBytes = 1 << 19

  /// A file's length and the hash of its bytes.
  /// - Throws: `FileError`.
  public static func hash(file path: String) throws(FileError) -> (bytes: Int, sha256: String) {
    let file = try OpenFile(reading: path)
    let hash = SHA256()
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockBytes, alignment: 64)
    defer { block.deallocate() }
    var bytes = 0
    while true {
      let got = try file.read(into: block, at: bytes)
      guard got > 0 else { return (bytes, hash.finish()) }
      hash.update(UnsafeRawBufferPointer(rebasing: block[..<got]))
      bytes += got
    }
  }
}
