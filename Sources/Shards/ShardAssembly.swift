import Dispatch
import Files
import Parallelism

/// Files on their way to the disk: patches are cut and encoded on all threads, stored in order by one thread at a time,
/// and a finished file is hashed and flushed while the next one grows.
final class ShardAssembly: @unchecked Sendable {
  typealias Fill = (_ file: Int, _ patch: Int, _ buffers: ShardBuffers) throws -> Void
  typealias Finished = (_ file: Int, _ written: WrittenShard) throws -> Void

  private let writer: ShardWriter
  private let files: [ShardFile]
  private let fill: Fill
  private let finished: Finished
  private let places: [(file: Int, patch: Int)]
  /// Encoders that may be out at a time: one per thread, and one that waits for its turn to be stored.
  private let slots: Int

  // Touched under the lanes' lock only.
  private var encoded: [Int: ShardEncoder] = [:]
  private var begun = 0
  private var stored = 0
  private var isStoring = false
  private var closed: [(file: Int, builder: ShardFileBuilder)] = []
  private var named = 0
  private var times = ShardTimes()

  // Touched by the one thread that stores.
  private var growing: ShardFileBuilder?

  init(_ writer: ShardWriter, files: [ShardFile], workers: Int, fill: @escaping Fill, finished: @escaping Finished) {
    self.writer = writer
    self.files = files
    self.fill = fill
    self.finished = finished
    slots = workers + 1
    places = files.indices.flatMap { file in files[file].patches.indices.map { (file, $0) } }
  }

  func run(on workers: Workers) throws -> ShardTimes {
    try Lanes([Naming(self), Storing(self), Encoding(self)]).run(on: workers)
    return times
  }

  private func encode(_ index: Int, _ encoder: ShardEncoder) throws -> ShardTimes {
    let (file, patch) = places[index]
    var times = ShardTimes()
    try times.measure(\.cut) { try fill(file, patch, encoder.buffers) }
    try times.measure(\.encode) { try encoder.encode(files[file].patches[patch]) }
    return times
  }

  /// Stores a patch; returns the file's builder if that was its last one.
  private func store(_ index: Int, _ encoder: ShardEncoder) throws -> ShardFileBuilder? {
    let (file, patch) = places[index]
    let builder = try growing ?? writer.begin(files[file])
    growing = builder
    try builder.append(encoder)
    guard patch == files[file].patches.count - 1 else { return nil }
    growing = nil
    try builder.close()
    return builder
  }

  private final class Encoding: Lane {
    let owner: ShardAssembly
    init(_ owner: ShardAssembly) { self.owner = owner }

    func next() -> LaneState {
      let owner = owner
      guard owner.begun < owner.places.count else { return .finished }
      guard owner.begun - owner.stored < owner.slots else { return .waiting }
      let index = owner.begun
      owner.begun += 1
      let encoder = owner.writer.encoders.take { ShardEncoder(owner.writer.layout) }
      var times = ShardTimes()
      return .step(
        work: { times = try owner.encode(index, encoder) },
        finish: {
          owner.encoded[index] = encoder
          owner.times += times
        })
    }
  }

  private final class Storing: Lane {
    let owner: ShardAssembly
    init(_ owner: ShardAssembly) { self.owner = owner }

    func next() -> LaneState {
      let owner = owner
      guard owner.stored < owner.places.count else { return .finished }
      guard !owner.isStoring, let encoder = owner.encoded.removeValue(forKey: owner.stored) else { return .waiting }
      owner.isStoring = true
      let index = owner.stored
      var last: ShardFileBuilder?
      var times = ShardTimes()
      return .step(
        work: { last = try times.measure(\.store) { try owner.store(index, encoder) } },
        finish: {
          owner.writer.encoders.give(encoder)
          owner.stored += 1
          owner.isStoring = false
          owner.times += times
          if let last { owner.closed.append((owner.places[index].file, last)) }
        })
    }
  }

  private final class Naming: Lane {
    let owner: ShardAssembly
    init(_ owner: ShardAssembly) { self.owner = owner }

    func next() -> LaneState {
      let owner = owner
      guard owner.named < owner.files.count else { return .finished }
      guard !owner.closed.isEmpty else { return .waiting }
      let (file, builder) = owner.closed.removeFirst()
      var times = ShardTimes()
      return .step(
        work: {
          let written = try times.measure(\.finish) { try builder.finish(flush: owner.writer.sync) }
          try owner.finished(file, written)
        },
        finish: {
          owner.named += 1
          owner.times += times
        })
    }
  }
}

/// Seconds of work by kind, over all threads together.
public struct ShardTimes: Sendable, Equatable {
  /// Cutting patches out of prepared cases.
  public var cut = 0.0
  /// Rounding, shuffling, compression, checksums and class counts.
  public var encode = 0.0
  /// HDF5, and the system's copy of the bytes.
  public var store = 0.0
  /// Hashing finished files, and waiting for the disk.
  public var finish = 0.0

  /// No time yet.
  public init() {}

  /// Adds up what threads and files took.
  public static func += (sum: inout ShardTimes, other: ShardTimes) {
    sum.cut += other.cut
    sum.encode += other.encode
    sum.store += other.store
    sum.finish += other.finish
  }

  mutating func measure<Result>(
    _ kind: WritableKeyPath<ShardTimes, Double>, _ body: () throws -> Result
  ) rethrows -> Result {
    let start = DispatchTime.now().uptimeNanoseconds
    defer { self[keyPath: kind] += Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9 }
    return try body()
  }
}
