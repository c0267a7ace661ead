import Files
import Parallelism
import Preprocessing
import Volumes

/// The bytes of a case file on their way to the disk: blocks of voxels are mapped and written in any order, and hashed in
/// the order in which they lie in the file.
final class CaseContent: @unchecked Sendable {
  /// A run of the file: what HDF5 wrote (to be read back for the hash), or voxels in memory.
  private enum Source {
    case laidOut
    case image(channel: Int, first: Int)
    case memory(UnsafeRawPointer)
  }

  private struct Block {
    var source: Source
    var offset: Int
    var bytes: Int
  }

  /// Bytes per block: it is mapped, written and hashed while it lies in the second-level cache.
  private static let blockBytes = 1 << 19

  private let file: OpenFile
  private let state: CaseState
  /// Kept alive while they are written.
  private let tables: [CaseTable]
  private let blocks: [Block]
  private var begun = 0
  private var isWritten: [Bool]
  private var written = 0
  private var isFlushed: Bool
  private var hashed = 0
  private var isHashing = false
  private let hash = SHA256()
  let length: Int

  /// Where the parts of a case begin in its file.
  struct Places {
    var image: Int
    var label: Int?
    /// Small tables in memory.
    var tables: [(offset: Int, table: CaseTable)] = []
  }

  /// - Parameter flush: whether to wait for the disk; that goes on while the rest is hashed.
  init(path: String, state: CaseState, places: Places, flush: Bool) throws {
    file = try OpenFile(writing: path, truncate: false)
    self.state = state
    isFlushed = !flush
    length = try file.length()
    let count = state.volume.shape.count
    var runs = (0..<state.volume.channels).map { channel in
      (offset: places.image + 4 * count * channel, bytes: 4 * count, source: Source.image(channel: channel, first: 0))
    }
    if let label = state.label, let labelOffset = places.label {
      runs.append((labelOffset, count, .memory(UnsafeRawPointer(label.classes.base))))
    }
    runs += places.tables.compactMap { place in
      place.table.bytes.baseAddress.map { (place.offset, place.table.bytes.count, .memory($0)) }
    }
    tables = places.tables.map(\.table)
    var blocks: [Block] = []
    var end = 0
    for run in runs.sorted(by: { $0.offset < $1.offset }) {
      if run.offset > end { blocks.append(Block(source: .laidOut, offset: end, bytes: run.offset - end)) }
      for start in stride(from: 0, to: run.bytes, by: Self.blockBytes) {
        let source: Source
        switch run.source {
        case .image(let channel, _): source = .image(channel: channel, first: start / 4)
        case .memory(let base): source = .memory(base + start)
        case .laidOut: source = .laidOut
        }
        blocks.append(
          Block(source: source, offset: run.offset + start, bytes: min(Self.blockBytes, run.bytes - start)))
      }
      end = run.offset + run.bytes
    }
    if end < length { blocks.append(Block(source: .laidOut, offset: end, bytes: length - end)) }
    self.blocks = blocks
    isWritten = Array(repeating: false, count: blocks.count)
  }

  /// The whole file's SHA-256, once the lanes have finished.
  var digest: String { hash.finish() }

  /// In the order in which they should be served.
  var lanes: [any Lane] { [Flushing(self), Hashing(self), Writing(self)] }

  /// The voxels of a block; nil for what HDF5 wrote.
  private func voxels(_ block: Block) -> UnsafeRawBufferPointer? {
    switch block.source {
    case .laidOut: nil
    case .memory(let base): UnsafeRawBufferPointer(start: base, count: block.bytes)
    case .image(let channel, let first):
      UnsafeRawBufferPointer(
        start: state.volume.voxels.base + channel * state.volume.shape.count + first, count: block.bytes)
    }
  }

  private func write(_ block: Block) throws {
    if case .image(let channel, let first) = block.source, !state.pending[channel].isIdentity {
      let voxels = state.volume.voxels.base + channel * state.volume.shape.count + first
      state.pending[channel].apply(from: voxels, to: voxels, count: block.bytes / 4)
    }
    if let bytes = voxels(block) { try file.write(bytes, at: block.offset) }
  }

  private func hash(_ block: Block) throws {
    if let bytes = voxels(block) { return hash.update(bytes) }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: block.bytes, alignment: 8)
    defer { buffer.deallocate() }
    let got = try file.read(into: buffer, at: block.offset)
    hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<got]))
  }

  private final class Writing: Lane {
    let owner: CaseContent
    init(_ owner: CaseContent) { self.owner = owner }

    func next() -> LaneState {
      let owner = owner
      guard owner.begun < owner.blocks.count else { return .finished }
      let index = owner.begun
      owner.begun += 1
      return .step(
        work: { try owner.write(owner.blocks[index]) },
        finish: {
          owner.isWritten[index] = true
          owner.written += 1
        })
    }
  }

  private final class Flushing: Lane {
    let owner: CaseContent
    init(_ owner: CaseContent) { self.owner = owner }

    func next() -> LaneState {
      let owner = owner
      guard !owner.isFlushed else { return .finished }
      guard owner.written == owner.blocks.count else { return .waiting }
      owner.isFlushed = true
      return .step(work: { try owner.file.synchronize() }, finish: {})
    }
  }

  private final class Hashing: Lane {
    let owner: CaseContent
    init(_ owner: CaseContent) { self.owner = owner }

    func next() -> LaneState {
      let owner = owner
      guard owner.hashed < owner.blocks.count else { return .finished }
      guard !owner.isHashing, owner.isWritten[owner.hashed] else { return .waiting }
      owner.isHashing = true
      return .step(
        work: { try owner.hash(owner.blocks[owner.hashed]) },
        finish: {
          owner.hashed += 1
          owner.isHashing = false
        })
    }
  }
}
