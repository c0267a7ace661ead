/// Memory for one patch, lent to whoever fills it. All of it is to be filled: it holds what the last patch left.
public struct ShardBuffers {
  /// (channel, z, y, x) with the margin.
  public let image: UnsafeMutableBufferPointer<Float>
  /// (z, y, x) with the margin; empty where there are no labels.
  public let label: UnsafeMutableBufferPointer<UInt8>

  /// The caller's memory, which must outlive the buffers.
  public init(image: UnsafeMutableBufferPointer<Float>, label: UnsafeMutableBufferPointer<UInt8>) {
    self.image = image
    self.label = label
  }
}
