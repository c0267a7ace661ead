import Pipeline
import Prepared
import Streaming

/// How fast a stream was, where the time went, and what held it up.
struct StreamReport: Encodable {
  var split: String
  var order: String
  var threads: Int
  var patchesInSplit: Int
  var batches: Int
  var samplesPerBatch: Int
  /// Valid samples.
  var patches: Int
  var seconds: Double
  /// Opening included.
  var firstBatchSeconds: Double
  var patchesPerSecond: Double
  /// As voxels in the batch.
  var megabytesPerSecond: Double
  /// As they are stored.
  var storedMegabytesPerSecond: Double
  var memoryBytes: Int
  var batchesInMemory: Int
  /// Of the stream's threads.
  var readSeconds: Double
  var decodeSeconds: Double
  var augmentSeconds: Double
  /// Of the trainer.
  var computeSeconds: Double
  var waitSeconds: Double
  var utilisation: Double
  var bottleneck: String
  var damages: [Damage]

  init(_ stream: ShardStream, _ trainer: Trainer, split: StreamSplit, threads: Int) throws {
    let (times, shape) = (try stream.times, stream.shape)
    self.split = "\(split)"
    order = stream.order.rawValue
    self.threads = threads
    patchesInSplit = stream.patches
    batches = trainer.batches
    samplesPerBatch = shape.samples
    patches = times.samples
    seconds = trainer.seconds
    firstBatchSeconds = trainer.firstBatchSeconds
    let perSecond = 1 / max(seconds, 1e-9)
    patchesPerSecond = Double(patches) * perSecond
    let bytes = shape.imageCount * shape.image.bytes + shape.patch.count
    megabytesPerSecond = Double(patches) * Double(bytes) * 1e-6 * perSecond
    storedMegabytesPerSecond = Double(times.patches.bytes) * 1e-6 * perSecond
    memoryBytes = stream.memoryBytes
    batchesInMemory = stream.batchesInMemory
    readSeconds = Double(times.patches.read) * 1e-9
    decodeSeconds = Double(times.patches.decode) * 1e-9
    augmentSeconds = Double(times.augment) * 1e-9
    computeSeconds = trainer.computed
    waitSeconds = Double(times.wait) * 1e-9
    utilisation = computeSeconds > 0 ? computeSeconds / (computeSeconds + waitSeconds) : 0
    bottleneck = ""
    damages = try stream.damages
    bottleneck = slowest(firstWait: trainer.firstWaitSeconds)
  }

  /// What would have to be faster for more patches a second.
  private func slowest(firstWait: Double) -> String {
    // A trainer that hardly waits is what everything else waits for. There is always a first batch to wait for.
    let waits = max(0, waitSeconds - firstWait)
    if computeSeconds > 0, waits < 0.05 * (computeSeconds + waits) {
      return "the trainer: batches were there before it asked for them"
    }
    let parts = [
      (readSeconds, "reading: a faster disk, a stronger compression, or shards that fit into the page cache"),
      (decodeSeconds, "decoding: more threads, or a cheaper compression"),
      (augmentSeconds, "augmentation: more threads, or fewer transforms"),
    ]
    return parts.max { $0.0 < $1.0 }?.1 ?? ""
  }

  var text: String {
    let busy = max(1e-9, readSeconds + decodeSeconds + augmentSeconds)
    func share(_ seconds: Double) -> String { "\(Int((seconds / busy * 100).rounded())) %" }
    var text = "\(split): \(Quantity.counted(patchesInSplit, "patch", "patches")), \(order) order"
    text += order == StreamOptions.Order.classBalanced.rawValue ? ", drawn with replacement\n" : "\n"
    text +=
      "\(Quantity.counted(batches, "batch", "batches")) of \(samplesPerBatch) in \(Quantity.seconds(seconds)), "
      + "the first, opening included, after \(Quantity.number(firstBatchSeconds, decimals: 3)) s; "
      + "\(Quantity.bytes(memoryBytes)) for \(batchesInMemory) batches and "
      + "\(Quantity.counted(threads, "thread"))\n\n"
    var table = TextTable(["", "", ""])
    table.add(["patches/s", Quantity.number(patchesPerSecond, decimals: 1), ""])
    table.add(["MB/s", Quantity.number(megabytesPerSecond, decimals: 0), "of voxels"])
    table.add(["", Quantity.number(storedMegabytesPerSecond, decimals: 0), "as stored"])
    table.add(["read", Quantity.seconds(readSeconds), "\(share(readSeconds)) of the threads' work"])
    table.add(["decode", Quantity.seconds(decodeSeconds), share(decodeSeconds)])
    table.add(["augment", Quantity.seconds(augmentSeconds), share(augmentSeconds)])
    table.add(["wait", Quantity.seconds(waitSeconds), "of the trainer"])
    if computeSeconds > 0 {
      table.add(["compute", Quantity.seconds(computeSeconds), "of the trainer"])
      let utilised = "\(Quantity.number(utilisation * 100, decimals: 1)) %"
      table.add(["utilisation", utilised, "compute / (compute + wait)"])
    }
    text += String(table.text.drop { $0 == "\n" }) + "\nBottleneck: \(bottleneck)\n"
    for damage in damages { text += "SKIPPED: \(damage.line)\n" }
    return text
  }
}
