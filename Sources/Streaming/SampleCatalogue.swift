import Files
import Prepared
import Shards

/// The patches of a split, from opened shards; what HDF5 is needed for is done once it is made.
struct SampleCatalogue: Sendable {
  struct Entry: Sendable {
    /// Place in `shards`.
    var shard: Int
    /// In its file.
    var place: Int
    /// Within its case.
    var number: Int
  }

  struct Shard: Sendable {
    var reader: ShardReader
    /// Below the folder.
    var file: String
  }

  let folder: String
  let set: String
  let split: StreamSplit
  let layout: ShardLayout
  let shards: [Shard]
  /// In the order of the manifest's files.
  let entries: [Entry]
  /// By channel, what fold_safe stages do; empty for nothing.
  let maps: [DeferredMaps.Map]
  /// By case, what stands outside its volume, once mapped.
  private let pads: [String: [Float]]
  /// Stands for the files that the patches lie in.
  let digest: String

  /// - Throws: `StreamError`, `ShardManifestError`, and what opening a shard throws.
  init(folder: String, set: String, split: StreamSplit) throws {
    let manifest = try ShardManifest.required(folder: folder)
    try Self.check(manifest, folder: folder, set: set, split: split)
    let files = manifest.files.filter {
      $0.set == set && !$0.classVoxels.isEmpty && split.takes(fold: $0.fold)
    }
    shards = try files.map { Shard(reader: try Self.open($0, below: folder), file: $0.file) }
    var entries: [Entry] = []
    var numbers: [String: Int] = [:]
    for (shard, opened) in shards.enumerated() {
      for (place, patch) in opened.reader.index.patches.enumerated() {
        let number = numbers[patch.caseIdentifier, default: 0]
        numbers[patch.caseIdentifier] = number + 1
        guard split.isTraining || patch.variant == 0 else { continue }
        entries.append(Entry(shard: shard, place: place, number: number))
      }
    }
    guard let first = shards.first, !entries.isEmpty else {
      throw StreamError.emptySplit(folder: folder, set: set, split: "\(split)")
    }
    for shard in shards where shard.reader.layout != first.reader.layout {
      throw StreamError.otherFile(
        path: shard.reader.path, what: "the patches' layout", found: "another",
        expected: "that of \(first.file)")
    }
    self.folder = folder
    self.set = set
    self.split = split
    self.entries = entries
    layout = first.reader.layout
    maps = manifest.deferredMaps?.maps(ofFold: split.fold) ?? []
    guard maps.isEmpty || maps.count == layout.channels else {
      throw ShardManifestError.damaged(path: folder + "/manifest.json")
    }
    pads = Self.pads(shards, maps)
    digest = SHA256.hash(files.map { "\($0.file) \($0.sha256)\n" }.joined())
  }

  /// By name, what the shards say of the cases that they have patches of.
  var cases: [String: ShardCase] {
    shards.reduce(into: [:]) { all, shard in all.merge(shard.reader.cases) { first, _ in first } }
  }

  func patch(_ entry: Entry) -> ShardPatch { shards[entry.shard].reader.index.patches[entry.place] }

  /// What stands outside the volume of an entry's case, by channel, as its patches' values are once they are mapped.
  func padValues(of entry: Entry) -> [Float] { pads[patch(entry).caseIdentifier] ?? [] }

  private static func pads(_ shards: [Shard], _ maps: [DeferredMaps.Map]) -> [String: [Float]] {
    var pads: [String: [Float]] = [:]
    for shard in shards {
      for (name, entry) in shard.reader.cases {
        pads[name] = entry.padValues.enumerated().map { channel, value in
          let stored = Float(value)
          return maps.isEmpty ? stored : maps[channel](stored)
        }
      }
    }
    return pads
  }

  /// By class, the entries that hold a voxel of it; classes without any are left out.
  var holders: [[UInt32]] {
    (0..<layout.classes).map { value in
      entries.indices.filter {
        let entry = entries[$0]
        return shards[entry.shard].reader.index.classCounts[entry.place][value] > 0
      }.map { UInt32($0) }
    }.filter { !$0.isEmpty }
  }

  private static func check(_ manifest: ShardManifest, folder: String, set: String, split: StreamSplit) throws {
    guard manifest.sets.contains(where: { $0.set == set }) else {
      throw StreamError.noSuchSet(folder: folder, found: set, sets: manifest.sets.map(\.set))
    }
    if let fold = split.fold, !(0..<manifest.folds).contains(fold) {
      throw StreamError.noSuchFold(folder: folder, found: fold, folds: manifest.folds)
    }
    let grids = manifest.sets.filter { $0.sampling == "grid" && $0.skipBlank != true && $0.variants == nil }.map(\.set)
    if !split.isTraining, !grids.contains(set) {
      throw StreamError.notAGrid(folder: folder, set: set, grids: grids)
    }
    if let maps = manifest.deferredMaps, maps.folds.count != manifest.folds {
      throw ShardManifestError.damaged(path: folder + "/manifest.json")
    }
  }

  /// Opens a shard, and holds what costs nothing to look at against the manifest: hashing all of it would cost an epoch.
  private static func open(_ entry: ShardManifest.File, below folder: String) throws -> ShardReader {
    let path = folder + "/" + entry.file
    // Before HDF5 sees it, whose messages speak of superblocks.
    let length = try ShardError.opening(path) { try OpenFile(reading: path).length() }
    func check<Value: Equatable>(_ what: String, _ found: Value, _ expected: Value) throws {
      guard found == expected else {
        throw StreamError.otherFile(path: path, what: what, found: "\(found)", expected: "\(expected)")
      }
    }
    try check("its bytes", length, entry.bytes)
    let reader = try ShardReader(path: path)
    try check("its set", reader.set, entry.set)
    try check("its fold", reader.index.fold ?? -1, entry.fold ?? -1)
    try check("its patches", reader.index.patches.count, entry.patches)
    return reader
  }
}
