import Parallelism
import Prepared
import Shards
import Synchronization
import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Epochs of batches from a folder of shards: what a trainer reads.
///
/// Which samples a batch holds follows from the shards, the seed, the epoch and the batch's number alone; threads, memory
/// and world size decide how soon, and which rank has which of them. HDF5 is used while the stream is opened, never after.
///
/// Batches come from a ring that is as large as it says: a trainer that is slower than the stream makes it wait.
public final class ShardStream: Sendable {
  /// The extents of a batch of this rank.
  public let shape: BatchShape
  /// Batches of each epoch.
  public let batchesPerEpoch: Int
  /// Patches in the split.
  public let patches: Int
  /// The most memory that batches and threads take, in bytes, what augmentation makes for itself apart; a trainer's own
  /// memory for batches is counted too.
  public let memoryBytes: Int
  /// Batches in memory at a time, those that the trainer holds among them.
  public let batchesInMemory: Int
  /// By name, the cases that the split's patches are of.
  public let cases: [String: ShardCase]
  /// In which order patches come.
  public let order: StreamOptions.Order
  private let process = getpid()
  private let crew: BackgroundThreads
  private let engine: Mutex<StreamEngine?>

  /// Opens a stream, and begins to fill batches.
  /// - Parameters:
  ///   - folder: what `segprep shard` wrote.
  ///   - set: a set's name; for validation one that was cut on a grid, with nothing left out, and not augmented.
  ///   - globalBatch: samples of all ranks in a batch.
  ///   - seed: of the order, and of augmentation.
  ///   - rank: from 0; it gets its `globalBatch / worldSize` samples of each batch.
  ///   - threads: that read and decode, beside the trainer's.
  ///   - memory: the most that batches and threads may take, in bytes; nil for what keeps the threads busy.
  ///   - state: where to go on, with the same augmentation; nil for the beginning.
  ///   - memories: gives the trainer's memory for so many batches of that shape, instead of the stream's own.
  /// - Throws: `StreamError`, `ShardManifestError`, `ShardError`, `HDF5Error` or `FileError`; and what `memories` throws.
  public init(
    at folder: String, set: String, split: StreamSplit, globalBatch: Int = 2, seed: UInt64 = 1, rank: Int = 0,
    worldSize: Int = 1, threads: Int = 2, memory: Int? = nil, options: StreamOptions = StreamOptions(),
    resuming state: StreamState? = nil,
    memories: ((_ shape: BatchShape, _ batches: Int) throws -> [BatchMemory])? = nil
  ) throws {
    guard (1...1024).contains(threads) else {
      throw StreamError.setting(name: "the number of threads", found: threads, expected: "1 to 1024")
    }
    if let epochs = options.epochs, !(0...Int(UInt32.max)).contains(epochs) {
      throw StreamError.setting(name: "the number of epochs", found: epochs, expected: "0 to \(UInt32.max)")
    }
    guard options.stallSeconds > 0 else {
      throw StreamError.setting(name: "the stall's seconds", found: 0, expected: "more than 0")
    }
    let catalogue = try SampleCatalogue(folder: folder, set: set, split: split)
    let plan = try BatchPlan(
      samples: catalogue.entries.count, split: split, globalBatch: globalBatch, rank: rank, worldSize: worldSize)
    let layout = catalogue.layout
    shape = BatchShape(
      samples: plan.share, channels: layout.channels, patch: layout.shape, image: options.image)
    order = split.isTraining ? options.order ?? .uniform : .sequential
    let augmentation = split.isTraining ? options.augmentation : nil
    let beginning = StreamState(
      catalogue, order: order, seed: seed, globalBatch: globalBatch, augmentation: augmentation)
    try state?.check(beginning, batches: plan.batches)
    let ring = try RingSize(
      shape, loader: PatchLoader.bytes(layout, shape, isAugmenting: augmentation != nil), threads: threads,
      memory: memory, batches: options.batches, held: options.held)
    (memoryBytes, batchesInMemory) = (ring.bytes, ring.batches)
    (patches, batchesPerEpoch, cases) = (catalogue.entries.count, plan.batches, catalogue.cases)
    let shape = shape
    let memories = try memories?(shape, ring.batches) ?? (0..<ring.batches).map { _ in BatchMemory(shape) }
    precondition(memories.count == ring.batches, "memory for another number of batches")
    let engine = StreamEngine(
      catalogue, plan, shape, start: state ?? beginning, options: options, threads: threads,
      memories: memories)
    let loaders = try (0..<threads).map { _ in
      try PatchLoader(catalogue, shape, seed: seed, augmentation: augmentation)
    }
    crew = BackgroundThreads(count: threads) { engine.work(thread: $0, loaders[$0]) }
    self.engine = Mutex(engine)
  }

  deinit { cancel() }

  /// The next batch of this rank, once it is whole; nil after the last epoch.
  /// - Parameter seconds: how long to wait at most; nil for as long as it takes.
  /// - Throws: `StreamError.waiting` where the time was too short: ask again. Other errors, and what reading a patch throws,
  ///   end the stream.
  public func next(within seconds: Double? = nil) throws -> StreamBatch? {
    let engine = try opened()
    guard let slot = try engine.next(within: seconds) else { return nil }
    return StreamBatch(slot, shape: shape, isLastOfEpoch: slot.batch == batchesPerEpoch - 1, engine: engine)
  }

  /// Where the stream is: after the last batch that was taken.
  /// - Throws: `StreamError`.
  public var state: StreamState { get throws { try opened().state } }

  /// Where the time went so far.
  public var times: StreamTimes { get throws { try opened().statistics.times } }

  /// Patches that were skipped because they are damaged, each once.
  public var damages: [Damage] { get throws { try opened().statistics.damages } }

  /// Ends the stream: closes its files and frees its memory, that of batches in somebody's hands apart.
  ///
  /// Takes as long as a thread takes for the patch that it is at.
  public func cancel() {
    // In the child of a fork there are no threads to wait for, and locks may be held by those of the parent.
    guard process == getpid(), let engine = engine.withLock({ $0.take() }) else { return }
    engine.cancel()
    crew.join()
  }

  private func opened() throws -> StreamEngine {
    guard process == getpid() else { throw StreamError.forked(opened: process, found: getpid()) }
    guard let engine = engine.withLock({ $0 }) else { throw StreamError.cancelled }
    return engine
  }
}
