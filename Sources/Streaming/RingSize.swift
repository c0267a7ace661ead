/// How many batches are in memory at a time, and what that takes.
struct RingSize {
  let batches: Int
  let bytes: Int
  /// More batches than anybody could mean.
  private static let most = 4096

  /// - Parameters:
  ///   - loader: bytes that a thread takes.
  ///   - batches: as asked for; nil for as many as keep the threads busy.
  ///   - held: batches that the trainer holds at a time.
  /// - Throws: `StreamError`.
  init(
    _ shape: BatchShape, loader: Int, threads: Int, memory: Int?, batches: Int?, held: Int = 1
  ) throws(StreamError) {
    guard (1..<Self.most).contains(held) else {
      throw .setting(name: "the number of batches held", found: held, expected: "1 to \(Self.most - 1)")
    }
    let least = held + 1
    if let batches, !(least...Self.most).contains(batches) {
      throw .setting(name: "the number of batches in memory", found: batches, expected: "\(least) to \(Self.most)")
    }
    // Two samples a thread ahead, and the batches that the trainer holds.
    let busy = max(2, (2 * threads + shape.samples - 1) / shape.samples) + held
    let each = shape.imageBytes + shape.labelBytes
    var wanted = batches ?? busy
    if let memory {
      let fitting = (memory - threads * loader) / each
      guard fitting >= (batches ?? least) else {
        throw .memory(batches: batches ?? least, needed: threads * loader + (batches ?? least) * each, given: memory)
      }
      wanted = min(wanted, fitting)
    }
    self.batches = wanted
    bytes = threads * loader + wanted * each
  }
}
