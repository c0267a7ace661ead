import Volumes

/// Memory for bytes as they are stored, as much as the largest chunk so far; of one thread at a time.
final class StoredBytes: @unchecked Sendable {
  private var buffer = Buffer<UInt8>(count: 0)

  /// Memory for so many bytes; good until the next call.
  func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if buffer.count < count { buffer = Buffer(count: count) }
    return UnsafeMutableRawBufferPointer(start: buffer.base, count: count)
  }
}
