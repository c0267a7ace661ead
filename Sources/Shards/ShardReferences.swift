import Files
import HDF5
import Parallelism
import Prepared
import Preprocessing
import Volumes

/// Holds what a shard says against the manifest, against HDF5's own chunk index and against its voxels.
struct ShardReferences {
  private let path: String
  private let manifest: ShardManifest
  private let entry: ShardManifest.File

  init(folder: String, manifest: ShardManifest, entry: ShardManifest.File) {
    path = folder + "/" + entry.file
    self.manifest = manifest
    self.entry = entry
  }

  /// What is wrong with a file whose bytes are those that were written: nothing, unless it was written wrongly.
  /// - Throws: where it cannot be read as a shard.
  func check(on workers: Workers) throws -> [Damage] {
    let reader = try ShardReader(path: path)
    let places = try chunkPlaces(reader)
    let scratch = ScratchPool<Scratch>()
    let patches = try workers.map(reader.index.patches.count) { patch in
      let memory = scratch.take { Scratch(reader.layout) }
      defer { scratch.give(memory) }
      return try self.problems(of: patch, reader, places, memory).map { problem in
        Damage(
          file: entry.file, patch: patch, caseIdentifier: reader.index.patches[patch].caseIdentifier, problem: problem)
      }
    }
    return problems(of: reader).map { Damage(file: entry.file, problem: $0) } + patches.flatMap { $0 }
  }

  private func chunkPlaces(_ reader: ShardReader) throws -> (image: [HDF5ChunkPlace], label: [HDF5ChunkPlace]) {
    let file = try HDF5Reader(path: path)
    let count = reader.index.patches.count
    return (
      try file.chunkPlaces("image", count: count, rank: 5),
      reader.layout.isLabelled ? try file.chunkPlaces("label", count: count, rank: 4) : []
    )
  }

  /// Of the file as a whole.
  private func problems(of reader: ShardReader) -> [String] {
    var problems: [String] = []
    func compare<Value: Equatable>(_ name: String, _ found: Value, _ expected: Value) {
      guard found != expected else { return }
      problems.append("\(name) is not the manifest's, found \(found), expected \(expected)")
    }
    func text(_ fold: Int?) -> String { fold.map(String.init) ?? "none" }
    let cases = Dictionary(manifest.cases.map { ($0.caseIdentifier, $0) }) { first, _ in first }
    compare("the set", reader.set, entry.set)
    compare("the fold", text(reader.index.fold), text(entry.fold))
    compare("the number of patches", reader.index.patches.count, entry.patches)
    compare("the list of cases", reader.cases.keys.sorted(), entry.cases.sorted())
    compare("the place of the index", reader.indexPlaces, entry.index)
    compare("voxels per class", ClassCounts.sum(reader.index.classCounts), entry.classVoxels)
    compare("patches per class", ClassCounts.patches(reader.index.classCounts), entry.classPatches)
    for (name, item) in reader.cases.sorted(by: { $0.key < $1.key }) {
      guard let known = cases[name] else {
        problems.append("\(name) is not the manifest's, found patches of it, expected only its cases")
        continue
      }
      compare("the prepared file of \(name)", item.preparedHash, known.preparedSha256)
      compare("the fold of \(name)", text(entry.fold), text(known.fold))
    }
    return problems
  }

  /// Of one patch: its checksums and what they stand for, and what the index says of it.
  private func problems(
    of patch: Int, _ reader: ShardReader, _ places: (image: [HDF5ChunkPlace], label: [HDF5ChunkPlace]),
    _ scratch: Scratch
  ) throws -> [String] {
    let (layout, index) = (reader.layout, reader.index)
    var problems: [String] = []
    func compare<Value: Equatable>(_ name: String, _ found: Value, _ expected: Value) {
      guard found != expected else { return }
      problems.append("\(name) is wrong, found \(found), expected \(expected)")
    }
    let stored = [("image", index.images, places.image), ("label", index.labels, places.label)]
    for (name, chunks, places) in stored where !chunks.isEmpty {
      let (chunk, place) = (chunks[patch], places[patch])
      compare(
        "the place of the \(name) in the index", "\(chunk.length) bytes at \(chunk.offset)",
        "\(place.length) bytes at \(place.offset)")
      compare("the filter mask of the \(name)", place.filterMask, 0)
    }
    do {
      try reader.read(patch, into: scratch.buffers, using: scratch.decoder)
    } catch ShardError.damagedPatch(_, _, _, let what, let found, let expected) {
      return problems + ["\(what) is damaged, found \(found), expected \(expected)"]
    }
    let entry = index.patches[patch]
    let volume = reader.cases[entry.caseIdentifier]?.shape ?? layout.shape
    let isOutside = SpatialAxis.allCases.contains {
      entry.origin[$0] >= volume[$0] || entry.origin[$0] <= -layout.shape[$0]
    }
    if isOutside {
      problems.append("the patch lies outside its case, found \(entry.origin), expected within \(volume)")
    } else {
      let isPadded = SpatialAxis.allCases.contains {
        entry.origin[$0] < 0 || entry.origin[$0] > volume[$0] - layout.shape[$0]
      }
      compare("the flag for padding", entry.flags.contains(.padded), isPadded)
    }
    compare("whether it says how it was augmented", !entry.augmentation.isEmpty, entry.variant > 0)
    if layout.isLabelled { compare("the count of each class", index.classCounts[patch], scratch.classCounts(layout)) }
    return problems
  }

  /// What a thread needs to look at a patch.
  private final class Scratch: @unchecked Sendable {
    let decoder: ShardDecoder
    private let image: Buffer<Float>
    private let label: Buffer<UInt8>
    private let counts = Buffer<UInt64>(count: 256)

    init(_ layout: ShardLayout) {
      decoder = ShardDecoder(layout)
      image = Buffer(count: layout.imageCount)
      label = Buffer(count: layout.labelBytes)
    }

    var buffers: ShardBuffers { ShardBuffers(image: image.values, label: label.values) }

    /// Of the label that was read last.
    func classCounts(_ layout: ShardLayout) -> [Int] {
      layout.count(label.base, into: counts.base)
      return counts.values.prefix(layout.classes).map { Int($0) }
    }
  }
}
