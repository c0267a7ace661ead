/// How many batches are in memory at a time, and what that takes.
struct RingSize {
  let batches: Int
  let bytes: Int

  /// - Parameters:
  ///   - loader: bytes that a thread takes.
  ///   - batches: as asked for; nil for as many as keep the threads busy.
  /// - Throws: `StreamError`.
  init(_ shape: BatchShape, loader: Int, threads: Int, memory: Int?, batches: Int?) throws(StreamError) {
    if let batches, !(2...4096).contains(batches) {
      throw .setting(name: "the number of batches in memory", found: batches, expected: "2 to 4096")
    }
    // Two samples a thread ahead, and the batch that the trainer holds.
    let busy = max(2, (2 * threads + shape.samples - 1) / shape.samples) + 1
    let each = shape.imageBytes + shape.labelBytes
    var wanted = batches ?? busy
    if let memory {
      let fitting = (memory - threads * loader) / each
      guard fitting >= (batches ?? 2) else {
        throw .memory(needed: threads * loader + (batches ?? 2) * each, given: memory)
      }
      wanted = min(wanted, fitting)
    }
    self.batches = wanted
    bytes = threads * loader + wanted * each
  }
}
