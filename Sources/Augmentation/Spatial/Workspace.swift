import Volumes

/// Memory that grows when more is asked for than ever before, and is otherwise used again.
struct Workspace<Element: BitwiseCopyable> {
  private var buffer = Buffer<Element>(count: 0)
  /// How often memory was made.
  private(set) var growths = 0

  /// Room for `count` values, which hold whatever they held before.
  mutating func room(for count: Int) -> UnsafeMutablePointer<Element> {
    if count > buffer.count {
      buffer = Buffer(count: count)
      growths += 1
    }
    return buffer.base
  }
}
