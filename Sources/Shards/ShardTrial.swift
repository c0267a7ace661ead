import Dispatch

extension ShardWriter {
  /// What a patch becomes and how long that takes one thread, found out without writing anything.
  public struct Trial: Sendable {
    /// Bytes of its image and label as they would be stored.
    public var bytes: Int
    /// Cutting and encoding it, in seconds.
    public var seconds: Double
  }

  /// Encodes a patch for a forecast.
  /// - Throws: what `fill` throws, and `ShardError` for voxels that the layout cannot store.
  public func trial(_ patch: ShardPatch, fill: (ShardBuffers) throws -> Void) throws -> Trial {
    let encoder = encoders.take { ShardEncoder(layout) }
    defer { encoders.give(encoder) }
    let start = DispatchTime.now().uptimeNanoseconds
    try fill(encoder.buffers)
    try encoder.encode(patch)
    return Trial(
      bytes: encoder.image.count + encoder.label.count,
      seconds: Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9)
  }
}
