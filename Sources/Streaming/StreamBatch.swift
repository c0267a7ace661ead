/// A batch in a trainer's hands. Its memory goes back to the stream when the batch ends its life.
public struct StreamBatch: ~Copyable {
  /// From 0.
  public let epoch: Int
  /// From 0 within the epoch.
  public let number: Int
  /// Whether the epoch ends with it.
  public let isLastOfEpoch: Bool
  /// The extents of the memory.
  public let shape: BatchShape
  /// Image and label; good as long as the batch is.
  public let memory: BatchMemory
  private let slot: BatchSlot
  // A batch does not keep a stream alive that was cancelled.
  private weak var engine: StreamEngine?

  init(_ slot: BatchSlot, shape: BatchShape, isLastOfEpoch: Bool, engine: StreamEngine) {
    self.slot = slot
    self.shape = shape
    self.isLastOfEpoch = isLastOfEpoch
    self.engine = engine
    (epoch, number, memory) = (slot.epoch, slot.batch, slot.memory)
  }

  /// What its samples are.
  public var samples: [StreamSample] { slot.samples }

  deinit { engine?.giveBack(slot) }

  /// The image of a stream of floats: (sample, channel, z, y, x).
  public var floats: UnsafeBufferPointer<Float> {
    precondition(shape.image == .float32, "the batch holds halves")
    return UnsafeBufferPointer(
      start: memory.image.assumingMemoryBound(to: Float.self), count: shape.samples * shape.imageCount)
  }

  /// The image of a stream of halves: (sample, channel, z, y, x).
  public var halves: UnsafeBufferPointer<Float16> {
    precondition(shape.image == .float16, "the batch holds floats")
    return UnsafeBufferPointer(
      start: memory.image.assumingMemoryBound(to: Float16.self), count: shape.samples * shape.imageCount)
  }

  /// The labels: (sample, z, y, x).
  public var labels: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: memory.label, count: shape.labelBytes) }
}
