import HDF5
import Preprocessing
import Volumes

/// All that a shard says of itself, checked: ranks, types, counts and places within the file's length.
struct ShardDescription {
  private(set) var layout: ShardLayout
  private(set) var set: String
  private(set) var index: ShardIndex
  private(set) var cases: [String: ShardCase]
  private(set) var plan: String
  private(set) var contentDigest: String
  private(set) var worstRounding: Double?
  private(set) var indexPlaces: ShardManifest.IndexPlaces

  /// - Parameter length: the file's.
  init(path: String, length: Int) throws {
    let file = try HDF5Reader(path: path)
    let format = try file.text("format")
    guard format == ShardWriter.format else { throw ShardError.notAShard(path: path, format: format) }
    let version = try file.numbers("format_version")?.first
    guard version == Double(ShardWriter.version) else { throw ShardError.otherVersion(path: path, found: version) }
    let reading = Reading(path: path, length: length)
    layout = try reading.layout(file)
    let patches = try reading.patchCount(file, layout)
    index = try reading.index(file, layout, patches: patches)
    cases = try reading.cases(file, Swift.Set(index.patches.map(\.caseIdentifier)), channels: layout.channels)
    set = try file.text("set") ?? ""
    plan = try file.texts("plan", count: nil, limit: length)[0]
    contentDigest = try file.text("content_digest") ?? ""
    worstRounding = try file.numbers("image_worst_rounding")?.first
    let names = ShardIndex.columns(classes: layout.classes).map(\.name)
    let entries = try file.place("index/case")
    indexPlaces = .init(columns: ["case": entries.offset], caseBytes: entries.elementBytes)
    for name in names { indexPlaces.columns[name] = try file.place("index/" + name).offset }
  }

  /// What is asked of the file, and the messages where the answer cannot be.
  private struct Reading {
    let path: String
    let length: Int

    func unsound(_ name: String, _ found: some Any, _ expected: String) -> ShardError {
      .unsound(path: path, name: name, found: "\(found)", expected: expected)
    }

    /// Whole numbers of an attribute.
    private func integers(
      _ file: borrowing HDF5Reader, _ name: String, count: Int, on group: String = "/"
    ) throws -> [Int] {
      let numbers = try file.numbers(name, on: group) ?? []
      let integers = numbers.compactMap { Int(exactly: $0) }
      guard integers.count == count, numbers.count == count else {
        throw unsound(name, numbers, "\(count) whole numbers")
      }
      return integers
    }

    private func triple(_ file: borrowing HDF5Reader, _ name: String, on group: String = "/") throws -> Shape {
      let numbers = try integers(file, name, count: 3, on: group)
      return Shape(z: numbers[0], y: numbers[1], x: numbers[2])
    }

    func layout(_ file: borrowing HDF5Reader) throws -> ShardLayout {
      let image = try file.describe("image")
      guard image.shape.count == 5, let type = ShardLayout.ImageType(rawValue: image.type.rawValue) else {
        throw unsound("/image", "\(image.type.rawValue) \(image.shape)", "float16 or float32 (patch, channel, z, y, x)")
      }
      let name = try file.text("compression") ?? ""
      let chunking = try file.chunking("image")
      let stored = chunking?.filters.last { [1, 32015].contains($0.identifier) }?.values.first.map { Int($0) }
      guard let compression = ShardCompression(name: name, level: stored) else {
        throw unsound("compression", name, ShardCompression.names.joined(separator: ", "))
      }
      let layout = try ShardLayout(
        channels: image.shape[1], shape: try triple(file, "patch_shape_zyx"), margin: try triple(file, "margin_zyx"),
        image: type, compression: compression, classes: try integers(file, "classes", count: 1)[0])
      let extents = [layout.channels] + layout.storedShape.array
      try check(
        "/image", image.shape, chunking, extents: extents, compression.filters(elementBytes: type.bytes),
        patches: image.shape[0])
      guard layout.isLabelled else { return layout }
      let label = try file.describe("label")
      guard label.type == .uint8 else { throw unsound("/label", label.type.rawValue, "uint8") }
      try check(
        "/label", label.shape, try file.chunking("label"), extents: layout.storedShape.array,
        compression.filters(elementBytes: 1), patches: image.shape[0])
      return layout
    }

    private func check(
      _ name: String, _ shape: [Int], _ chunking: (chunk: [Int], filters: [HDF5Filter])?, extents: [Int],
      _ filters: [HDF5Filter], patches: Int
    ) throws {
      guard shape == [patches] + extents else { throw unsound(name, shape, "\([patches] + extents)") }
      guard let chunking, chunking.chunk == [1] + extents else {
        throw unsound("chunks of \(name)", chunking.map { "\($0.chunk)" } ?? "none", "\([1] + extents)")
      }
      guard chunking.filters == filters else {
        throw unsound(
          "filters of \(name)", chunking.filters.map { "\($0.identifier)\($0.values)" },
          "\(filters.map { "\($0.identifier)\($0.values)" })")
      }
    }

    /// The number of patches: no more than the file has room to describe.
    func patchCount(_ file: borrowing HDF5Reader, _ layout: ShardLayout) throws -> Int {
      let patches = try file.describe("image").shape[0]
      let columns = ShardIndex.columns(classes: layout.classes)
      let row = columns.reduce(0) { $0 + $1.type.bytes * ($1.width ?? 1) }
      guard patches >= 1, patches <= length / row else {
        throw unsound("number of patches", patches, "1 to \(length / row), which the file has room for")
      }
      return patches
    }

    func index(_ file: borrowing HDF5Reader, _ layout: ShardLayout, patches: Int) throws -> ShardIndex {
      var columns: [String: [Int]] = [:]
      for (name, type, width) in ShardIndex.columns(classes: layout.classes) {
        let found = try file.describe("index/" + name).type
        guard found == type else { throw unsound("/index/\(name)", found.rawValue, type.rawValue) }
        columns[name] = try file.integers("index/" + name, shape: [patches] + (width.map { [$0] } ?? []))
      }
      func column(_ name: String) -> [Int] { columns[name] ?? [] }
      let identifiers = try file.texts("index/case", count: patches, limit: length)
      let augmentations =
        try file.contains(ShardIndex.augmentation)
        ? file.texts(ShardIndex.augmentation, count: patches, limit: length) : []
      let fold = try integers(file, "fold", count: 1)[0]
      guard fold >= -1, column("fold").allSatisfy({ $0 == fold }) else {
        throw unsound("/index/fold", Swift.Set(column("fold")).sorted(), "\(fold) for every patch")
      }
      let (origins, counts) = (column("origin_zyx"), column("class_counts"))
      // Small enough to add a shape to them.
      guard origins.allSatisfy({ $0.magnitude <= UInt(Int32.max) }), column("variant").allSatisfy({ $0 >= 0 }) else {
        throw unsound("/index/origin_zyx or variant", "a number out of range", "places in a volume, variants from 0")
      }
      let index = ShardIndex(
        patches: (0..<patches).map { patch in
          ShardPatch(
            caseIdentifier: identifiers[patch],
            origin: Shape(z: origins[3 * patch], y: origins[3 * patch + 1], x: origins[3 * patch + 2]),
            flags: .init(rawValue: UInt32(truncatingIfNeeded: column("flags")[patch])),
            variant: column("variant")[patch], augmentation: augmentations.isEmpty ? "" : augmentations[patch])
        },
        fold: fold < 0 ? nil : fold,
        images: try chunks("image", columns, unpacked: layout.imageBytes, layout.compression),
        labels: layout.isLabelled
          ? try chunks("label", columns, unpacked: layout.labelBytes, layout.compression) : [],
        classCounts: (0..<patches).map { Array(counts[$0 * layout.classes..<($0 + 1) * layout.classes]) })
      for (patch, counts) in index.classCounts.enumerated() where layout.isLabelled {
        // Each count is checked first, so that the sum cannot overflow.
        guard counts.allSatisfy({ (0...layout.shape.count).contains($0) }), counts.reduce(0, +) == layout.shape.count
        else { throw unsound("/index/class_counts of patch \(patch)", counts, "\(layout.shape.count) voxels in all") }
      }
      return index
    }

    private func chunks(
      _ name: String, _ columns: [String: [Int]], unpacked: Int, _ compression: ShardCompression
    ) throws -> [ShardIndex.Chunk] {
      let (offsets, lengths) = (columns["offset_" + name] ?? [], columns["length_" + name] ?? [])
      let checksums = columns["crc32c_" + name] ?? []
      // No codec makes the worst bytes much longer; without one they are as long as they were.
      let longest = CodecPacker(compression).bound(unpacked)
      return try offsets.indices.map { patch in
        let (offset, stored) = (offsets[patch], lengths[patch])
        guard stored >= 1, stored <= min(longest, length), offset >= 0, offset <= length - stored else {
          throw unsound(
            "place of the \(name) of patch \(patch)", "\(stored) bytes at \(offset)",
            "at most \(longest) bytes within the file's \(length)")
        }
        return ShardIndex.Chunk(
          offset: offset, length: stored, checksum: UInt32(truncatingIfNeeded: checksums[patch]))
      }
    }

    func cases(
      _ file: borrowing HDF5Reader, _ identifiers: Swift.Set<String>, channels: Int
    ) throws -> [String: ShardCase] {
      var cases: [String: ShardCase] = [:]
      for identifier in identifiers.sorted() {
        let group = "cases/" + identifier
        guard !identifier.isEmpty, !identifier.contains("/"), try file.contains(group) else {
          throw unsound("/index/case", "\"\(identifier)\"", "a group of /cases")
        }
        let affine = try file.numbers("affine", on: group) ?? []
        let padValues = try file.numbers("pad_value", on: group) ?? []
        guard affine.count == 16, padValues.count == channels else {
          throw unsound(
            "/\(group)", "\(affine.count) numbers of affine, \(padValues.count) of pad_value", "16 and \(channels)")
        }
        let shape = try triple(file, "shape_zyx", on: group)
        guard shape.array.allSatisfy({ (1...Int(Int32.max)).contains($0) }) else {
          throw unsound("shape_zyx of /\(group)", shape, "the prepared volume's")
        }
        cases[identifier] = ShardCase(
          caseIdentifier: identifier, affine: Affine(rows: (0..<3).map { Array(affine[4 * $0..<4 * $0 + 4]) }),
          shape: shape, padValues: padValues,
          sourceHashes: (try file.text("source_sha256", on: group) ?? "").split(separator: " ").map(String.init),
          labelHash: try file.text("source_label_sha256", on: group),
          preparedHash: try file.text("prepared_sha256", on: group) ?? "")
      }
      return cases
    }
  }
}
