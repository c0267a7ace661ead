import Files
import Foundation
import Parallelism
import Prepared
import Shards
import TestSupport
import Volumes

@testable import Streaming

/// A folder of made-up shards: six cases, one in each of two folds twice, and two in no fold.
struct SampleShards {
  var image = ShardLayout.ImageType.float16
  var compression = ShardCompression.lz4
  var margin = Shape(z: 1, y: 2, x: 0)
  /// By fold and then channel.
  var maps: DeferredMaps?

  static let shape = Shape(z: 3, y: 5, x: 7)
  static let channels = 2
  static let perCase = 5
  static let folds: [Int?] = [0, 0, 1, 1, nil, nil]

  static func identifier(_ number: Int) -> String { "case_0000\(number)" }

  func layout(_ set: String) throws -> ShardLayout {
    try ShardLayout(
      channels: Self.channels, shape: Self.shape, margin: set == "grid" ? Shape(z: 0, y: 0, x: 0) : margin,
      image: image, compression: compression, classes: 3)
  }

  /// The value of a stored voxel: what patch it is in, and where.
  static func value(_ file: Int, _ patch: Int, _ voxel: Int) -> Float {
    sin(Float(voxel) * 0.01 + Float(patch + 10 * file)) * 3 + Float((voxel &* 2_654_435_761) & 1023) * 1e-3
  }

  static func label(_ file: Int, _ patch: Int, _ voxel: Int) -> UInt8 {
    // Class 2 is rare: only first patches have it.
    UInt8((voxel / 4 + patch) % (patch == 0 ? 3 : 2))
  }

  private func files(_ set: String) -> [ShardFile] {
    var numbers: [Int?: Int] = [:]
    return Self.folds.enumerated().map { number, fold in
      let shape = Shape(z: 20, y: 30, x: 40)
      let described = ShardCase(
        caseIdentifier: Self.identifier(number), affine: Affine(rows: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]),
        shape: shape, padValues: [-1, -2], sourceHashes: ["a", "b"], labelHash: "c", preparedHash: "d\(number)")
      let patches = (0..<Self.perCase).map { patch in
        ShardPatch(
          caseIdentifier: described.caseIdentifier, origin: Shape(z: 2 * patch, y: 3 * patch, x: number), flags: [],
          variant: set == "grid" && patch == 4 ? 1 : 0)
      }
      let file = ShardFile(
        set: set, fold: fold, number: numbers[fold, default: 0], patches: patches, cases: [described])
      numbers[fold, default: 0] += 1
      return file
    }
  }

  /// Writes both sets, `random` and `grid`, and the manifest.
  func write(into folder: TemporaryFolder) throws {
    var manifest = ShardManifest(
      name: "test", channels: ["a", "b"], classes: ["background", "kidney", "tumour"], ingestDigest: "1",
      foldsDigest: "2", shardsDigest: "3", folds: 2)
    manifest.deferredMaps = maps
    let workers = Workers(count: 1)
    defer { workers.stop() }
    for set in ["random", "grid"] {
      let layout = try layout(set)
      let writer = ShardWriter(layout: layout, plan: "{}", folder: folder.path("."), sync: false)
      let collected = Collected()
      let files = files(set)
      _ = try writer.write(
        files, on: workers,
        fill: { file, patch, buffers in
          for voxel in buffers.image.indices { buffers.image[voxel] = Self.value(file, patch, voxel) }
          for voxel in buffers.label.indices { buffers.label[voxel] = Self.label(file, patch, voxel) }
        }, finished: { file, written in collected.entries.append(.init(files[file], written: written)) })
      var entry = ShardManifest.PatchSet(set: set, sampling: set, layout: layout)
      manifest.files += collected.entries
      entry.count(manifest.files)
      manifest.sets.append(entry)
    }
    manifest.files.sort { $0.file < $1.file }
    try manifest.write(folder: folder.path("."), flush: false)
  }

  private final class Collected: @unchecked Sendable { var entries: [ShardManifest.File] = [] }

  /// Two maps for each of two folds and for all.
  static func maps() throws -> DeferredMaps {
    let map = { (lower: Double, offset: Double, scale: Double) in
      "{\"lower\": \(lower), \"upper\": 2.5, \"offset\": \(offset), \"scale\": \(scale)}"
    }
    let json = """
      {"folds": [[\(map(-1, 0.5, 2)), \(map(-2, 0, 1.5))], [\(map(-1.5, 0.25, 3)), \(map(-2, 1, 0.5))]],
       "all": [\(map(-1, 0, 4)), \(map(-2, 2, 2))]}
      """
    return try CanonicalJSON.value(DeferredMaps.self, from: Data(json.utf8))
  }
}

/// A sample as it came out, to be compared.
struct SeenSample: Hashable {
  var epoch: Int
  var batch: Int
  var caseIdentifier: String
  var patch: Int
  var occurrence: Int
  var origin: Shape
  var file: String
  var place: Int
  var isValid: Bool
  var image: [UInt8]
  var label: [UInt8]
}

extension StreamBatch {
  /// All samples, voxels included.
  func seen() -> [SeenSample] {
    let bytes = shape.imageCount * shape.image.bytes
    return samples.enumerated().map { number, sample in
      SeenSample(
        epoch: epoch, batch: self.number, caseIdentifier: sample.caseIdentifier, patch: sample.patch,
        occurrence: sample.occurrence, origin: sample.origin, file: sample.file, place: sample.place,
        isValid: sample.isValid,
        image: Array(UnsafeRawBufferPointer(start: memory.image + number * bytes, count: bytes)),
        label: Array(UnsafeRawBufferPointer(start: memory.label + number * shape.patch.count, count: shape.patch.count))
      )
    }
  }
}

extension ShardStream {
  /// All samples to the stream's end, or of so many batches.
  func collect(_ batches: Int = .max) throws -> [SeenSample] {
    var seen: [SeenSample] = []
    var taken = 0
    while taken < batches, let batch = try next() {
      seen += batch.seen()
      taken += 1
    }
    return seen
  }
}
