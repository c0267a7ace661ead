import CPNG
import Files

/// A picture that libpng would not write.
public struct PictureError: Error, Equatable, CustomStringConvertible {
  /// The file it was for.
  public let path: String
  /// What libpng said.
  public let reason: String

  /// The line that the user sees.
  public var description: String { "\(path): cannot write the picture: \(reason)" }
}

extension Picture {
  /// Writes a PNG file (8 bits, RGB), whole or not at all. The same picture gives the same bytes.
  /// - Throws: `FileError` where the system refuses, `PictureError` where libpng does.
  public func write(to path: String, flush: Bool = true) throws {
    let encoded = try png(for: path)
    try encoded.withUnsafeBytes { try AtomicFile.write($0, to: path, flush: flush) }
  }

  /// The file's bytes. In memory first, because libpng says of a full disk only that something failed.
  private func png(for path: String) throws(PictureError) -> [UInt8] {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = UInt32(PNG_FORMAT_FLAG_COLOR)  // PNG_FORMAT_RGB
    // A third larger and several times faster: every case of an ingest has some.
    image.flags = UInt32(PNG_IMAGE_FLAG_FAST)
    defer { png_image_free(&image) }
    // Asking for the length would compress twice. What cannot be compressed grows by less than a fiftieth (zlib's
    // deflateBound, and 12 bytes for each chunk of 8192).
    let most = bytes.count + bytes.count / 50 + height + 8192
    var length = most
    var encoded = [UInt8](repeating: 0, count: most)
    guard png_image_write_to_memory(&image, &encoded, &length, 0, bytes, 0, nil) != 0, length <= most else {
      throw refusal(image, path)
    }
    return Array(encoded.prefix(length))
  }

  private func refusal(_ image: png_image, _ path: String) -> PictureError {
    PictureError(
      path: path, reason: withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
  }
}
