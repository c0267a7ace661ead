import Files
import Foundation
import HDF5
import Parallelism
import Shards

/// Writes the files of all sets that are not there yet, one set after the other.
final class ShardMaking: @unchecked Sendable {
  /// One file of a set, and what is to become of it.
  private struct Item: Sendable {
    var set: Int
    var file: ShardFile
    var verdict: ShardReuse.Verdict
  }

  private let sharding: Sharding
  private let sets: [PlannedSet]
  private let source: PreparedFolder
  private let observer: any ShardObserver
  private let items: [Item]
  private let lock = NSLock()
  private var written: [Int: ShardManifest.File] = [:]

  /// Looks at what is there, in parallel.
  init(
    sharding: Sharding, sets: [PlannedSet], source: PreparedFolder, earlier: ShardManifest?,
    observer: any ShardObserver, on workers: Workers
  ) throws {
    self.sharding = sharding
    self.sets = sets
    self.source = source
    self.observer = observer
    let reuse = ShardReuse(
      earlier: earlier, manifest: ShardManifest(sharding.plan, source, sets, files: []))
    let planned = sets.enumerated().flatMap { number, set in set.files.map { (number, $0) } }
    items = try workers.map(planned.count, helping: true) { index in
      let (set, file) = planned[index]
      return Item(set: set, file: file, verdict: reuse.verdict(on: file, sharding.writer(sets[set]), on: workers))
    }
  }

  /// Places of the files that must be made, set by set.
  private var places: [Int] {
    items.indices.filter { if case .make = items[$0].verdict { true } else { false } }
  }

  /// Files that must be made.
  var count: Int { places.count }

  /// Bytes before compression of the patches that must be cut.
  var bytes: Int { bytes(of: places) }

  private func bytes(of places: [Int]) -> Int {
    places.reduce(0) { $0 + items[$1].file.patches.count * sets[items[$1].set].patchBytes }
  }

  /// Makes them.
  /// - Returns: where the time went.
  /// - Throws: `ShardingError.diskFull`, and what cutting and storing throws.
  func run(threads: Int) throws -> ShardTimes {
    do {
      return try make(threads: threads)
    } catch let error as FileError where error.isOutOfSpace {
      throw diskFull
    } catch let error as HDF5Error where error.isOutOfSpace {
      throw diskFull
    }
  }

  private var diskFull: ShardingError {
    let left = lock.withLock { places.filter { written[$0] == nil } }
    return .diskFull(
      shards: sharding.shards, freeBytes: DiskSpace.freeBytes(at: sharding.shards), left: bytes(of: left))
  }

  private func make(threads: Int) throws -> ShardTimes {
    let places = places
    observer.began(patches: places.reduce(0) { $0 + items[$1].file.patches.count }, bytes: bytes)
    let workers = Workers(count: threads)
    defer { workers.stop() }
    var times = ShardTimes()
    for number in sets.indices {
      let own = places.filter { items[$0].set == number }
      times += try write(own, of: sets[number], on: workers)
    }
    return times
  }

  private func write(_ places: [Int], of set: PlannedSet, on workers: Workers) throws -> ShardTimes {
    guard !places.isEmpty else { return ShardTimes() }
    let files = places.map { items[$0].file }
    // Patches are cut about in the order of their cases: as many can be begun as there are threads, and one more.
    let shelf = CaseShelf(source, room: workers.count + 1)
    return try sharding.writer(set).write(
      files, on: workers,
      fill: { [observer] file, patch, buffers in
        try shelf.cut(files[file].patches[patch], of: set, into: buffers)
        observer.cut(patchOf: files[file].name(isLabelled: true), bytes: set.patchBytes)
      },
      finished: { [self] file, written in
        let entry = ShardManifest.File(files[file], written: written)
        lock.withLock { self.written[places[file]] = entry }
        observer.finished(report(places[file], entry))
      })
  }

  /// What the manifest says of each file, once they are made.
  var entries: [ShardManifest.File] { items.indices.compactMap(entry) }

  /// What became of each file, once they are made.
  var reports: [ShardFileReport] { items.indices.compactMap { place in entry(place).map { report(place, $0) } } }

  private func entry(_ place: Int) -> ShardManifest.File? {
    if case .keep(let entry) = items[place].verdict { return entry }
    return lock.withLock { written[place] }
  }

  private func report(_ place: Int, _ entry: ShardManifest.File) -> ShardFileReport {
    var report = ShardFileReport(
      file: entry.file, outcome: .kept, cause: nil, patches: entry.patches, bytes: entry.bytes)
    if case .make(let cause) = items[place].verdict { (report.outcome, report.cause) = (.written, cause) }
    return report
  }
}
