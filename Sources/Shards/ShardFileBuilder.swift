import Files
import HDF5
import Preprocessing
import Volumes

/// A shard on its way to the disk: laid out by HDF5 under a temporary name, filled patch by patch, then renamed.
///
/// The index is laid out before the patches and filled after them, when the places of their chunks are known.
final class ShardFileBuilder {
  private let path: String
  private let layout: ShardLayout
  private let file: ShardFile
  private var writer: HDF5Writer?
  private var image: HDF5ChunkWriter?
  private var label: HDF5ChunkWriter?

  private var imageEntries: [Entry] = []
  private var labelEntries: [Entry] = []
  private var classCounts: [[Int]] = []
  private var worstRounding: Float = 0
  private var indexPlaces = ShardManifest.IndexPlaces(columns: [:], caseBytes: 0)

  private struct Entry {
    var place: HDF5ChunkPlace
    var checksum: UInt32
  }

  init(_ file: ShardFile, layout: ShardLayout, plan: String, path: String) throws {
    self.path = path
    self.layout = layout
    self.file = file
    try Folder.make(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    do throws(HDF5Error) {
      writer = try HDF5Writer(path: AtomicFile.temporaryPath(for: path))
      try describe(digest: file.digest(layout, plan: plan))
      try layOutIndex()
      try describeCases()
      try writer?.write(plan, to: "plan")
      let stored = layout.storedShape.array
      image = try writer?.createChunkedDataset(
        "image", type: layout.image == .float16 ? .float16 : .float32,
        shape: [file.patches.count, layout.channels] + stored, chunk: [1, layout.channels] + stored,
        filters: layout.compression.filters(elementBytes: layout.image.bytes))
      if layout.isLabelled {
        label = try writer?.createChunkedDataset(
          "label", type: .uint8, shape: [file.patches.count] + stored, chunk: [1] + stored,
          filters: layout.compression.filters(elementBytes: 1))
      }
    } catch {
      throw error.renamed(to: path)
    }
  }

  /// What was not finished leaves nothing behind; after `finish` the temporary name is free.
  deinit { AtomicFile.discard(path) }

  private func describe(digest: String) throws(HDF5Error) {
    try writer?.setAttribute("format", ShardWriter.format)
    try writer?.setAttribute("format_version", [ShardWriter.version], shape: [])
    try writer?.setAttribute("set", file.set)
    try writer?.setAttribute("fold", [file.fold ?? -1], shape: [])
    try writer?.setAttribute("patch_shape_zyx", layout.shape.array, shape: [3])
    try writer?.setAttribute("margin_zyx", layout.margin.array, shape: [3])
    try writer?.setAttribute("classes", [layout.classes], shape: [])
    try writer?.setAttribute("compression", layout.compression.name)
    try writer?.setAttribute("content_digest", digest)
  }

  private func layOutIndex() throws(HDF5Error) {
    let patches = file.patches
    try writer?.createGroup("index")
    if let cases = try writer?.write(patches.map(\.caseIdentifier), to: "index/case") {
      indexPlaces = .init(columns: ["case": cases.offset], caseBytes: cases.width)
    }
    for (name, type, width) in ShardIndex.columns(classes: layout.classes) {
      indexPlaces.columns[name] = try writer?.createDataset(
        "index/" + name, type: type, shape: [patches.count] + (width.map { [$0] } ?? []))
    }
    try writer?.write(patches.map { _ in Int32(file.fold ?? -1) }, to: "index/fold")
    try writer?.write(patches.flatMap { $0.origin.array.map { Int64($0) } }, to: "index/origin_zyx")
    try writer?.write(patches.map(\.flags.rawValue), to: "index/flags")
    try writer?.write(patches.map { Int32($0.variant) }, to: "index/variant")
    if file.isAugmented { _ = try writer?.write(patches.map(\.augmentation), to: ShardIndex.augmentation) }
  }

  private func describeCases() throws(HDF5Error) {
    try writer?.createGroup("cases")
    for item in file.cases {
      let group = "cases/" + item.caseIdentifier
      try writer?.createGroup(group)
      try writer?.setAttribute(
        "affine", item.affine.rows.flatMap { $0 } + [0, 0, 0, 1], shape: [4, 4], on: group)
      try writer?.setAttribute("spacing_mm", item.affine.spacing.array, shape: [3], on: group)
      try writer?.setAttribute("shape_zyx", item.shape.array, shape: [3], on: group)
      try writer?.setAttribute("pad_value", item.padValues, shape: [item.padValues.count], on: group)
      try writer?.setAttribute("source_sha256", item.sourceHashes.joined(separator: " "), on: group)
      if let hash = item.labelHash { try writer?.setAttribute("source_label_sha256", hash, on: group) }
      try writer?.setAttribute("prepared_sha256", item.preparedHash, on: group)
    }
  }

  /// Stores the next patch.
  func append(_ patch: ShardEncoder) throws {
    do throws(HDF5Error) {
      let index = imageEntries.count
      if let place = try image?.write(patch.image, at: index) {
        imageEntries.append(Entry(place: place, checksum: patch.imageChecksum))
      }
      if let place = try label?.write(patch.label, at: index) {
        labelEntries.append(Entry(place: place, checksum: patch.labelChecksum))
      }
      classCounts.append(patch.classCounts)
      worstRounding = max(worstRounding, patch.worstRounding)
    } catch {
      throw error.renamed(to: path)
    }
  }

  /// Fills the index and closes the file, still under its temporary name.
  func close() throws {
    do throws(HDF5Error) {
      try writeIndex(imageEntries, "image")
      if layout.isLabelled {
        try writeIndex(labelEntries, "label")
        try writer?.write(classCounts.flatMap { $0.map { Int64($0) } }, to: "index/class_counts")
      }
      if layout.image == .float16 {
        try writer?.setAttribute("image_worst_rounding", [Double(worstRounding)], shape: [])
      }
      image = nil
      label = nil
      try writer.take()?.close()
    } catch {
      throw error.renamed(to: path)
    }
  }

  private func writeIndex(_ entries: [Entry], _ name: String) throws(HDF5Error) {
    try writer?.write(entries.map { Int64($0.place.offset) }, to: "index/offset_\(name)")
    try writer?.write(entries.map { Int64($0.place.length) }, to: "index/length_\(name)")
    try writer?.write(entries.map(\.checksum), to: "index/crc32c_\(name)")
  }

  /// Hashes the closed file, waits for the disk if asked to, and gives the file its name.
  func finish(flush: Bool) throws -> WrittenShard {
    try AtomicFile.write(to: path, flush: flush) { temporary in
      let (bytes, sha256) = try SHA256.hash(file: temporary)
      return WrittenShard(
        bytes: bytes, sha256: sha256, classCounts: classCounts,
        worstRounding: layout.image == .float16 ? Double(worstRounding) : nil, index: indexPlaces)
    }
  }
}
