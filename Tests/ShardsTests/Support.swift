import Files
import Foundation
import Parallelism
import Shards
import TestSupport
import Volumes

/// A made-up set of patches, and what it takes to write it.
struct SampleShard {
  var layout: ShardLayout
  var patches = 5

  static let small = Shape(z: 3, y: 5, x: 7)
  static let margin = Shape(z: 1, y: 2, x: 0)

  var file: ShardFile {
    let cases = ["case_00000", "case_00001"].enumerated().map { number, identifier in
      ShardCase(
        caseIdentifier: identifier,
        affine: Affine(rows: [[1.5, 0, 0, 4], [0, 1.5, 0, 5], [0, 0, 3, Double(number)]]),
        shape: Shape(z: 20, y: 30, x: 40), padValues: (0..<layout.channels).map { -1 - Double($0) },
        sourceHashes: (0..<layout.channels).map { "a\($0)" }, labelHash: layout.isLabelled ? "cc" : nil,
        preparedHash: "dd\(number)")
    }
    let patches = (0..<patches).map { patch in
      let (origin, volume) = (Shape(z: patch - 1, y: 2 * patch, x: 3 * patch), cases[0].shape)
      let isPadded = SpatialAxis.allCases.contains { origin[$0] < 0 || origin[$0] + layout.shape[$0] > volume[$0] }
      return ShardPatch(
        caseIdentifier: cases[patch % 2].caseIdentifier, origin: origin,
        flags: isPadded ? [.padded] : patch == 1 ? [.foreground] : [], variant: patch == 4 ? 1 : 0,
        augmentation: patch == 4 ? #"{"margin":1}"# : "")
    }
    return ShardFile(set: "random", fold: 2, number: 7, patches: patches, cases: cases)
  }

  /// The value of voxel i of a patch's image: smooth, with noise in the last digits, as prepared images are.
  static func value(_ patch: Int, _ voxel: Int) -> Float {
    sin(Float(voxel) * 0.01 + Float(patch)) * 3 + Float((voxel &* 2_654_435_761) & 1023) * 1e-3
  }

  func label(_ patch: Int, _ voxel: Int) -> UInt8 { UInt8((voxel / 4 + patch) % max(1, layout.classes)) }

  @Sendable func fill(_ file: Int, _ patch: Int, _ buffers: ShardBuffers) {
    for voxel in buffers.image.indices { buffers.image[voxel] = Self.value(patch, voxel) }
    for voxel in buffers.label.indices { buffers.label[voxel] = label(patch, voxel) }
  }

  /// Writes the file; returns its path and what is known of it.
  @discardableResult
  func write(
    into folder: TemporaryFolder, jobs: Int = 1, plan: String = "{}",
    fill: (@Sendable (Int, Int, ShardBuffers) throws -> Void)? = nil
  ) throws -> (path: String, written: WrittenShard) {
    let writer = ShardWriter(layout: layout, plan: plan, folder: folder.path("."), sync: false)
    let workers = Workers(count: jobs)
    defer { workers.stop() }
    let result = Result()
    _ = try writer.write([file], on: workers, fill: fill ?? self.fill) { _, written in result.written = written }
    guard let written = result.written else { throw NotFinished() }
    return (writer.path(of: file), written)
  }

  private struct NotFinished: Error {}
  private final class Result: @unchecked Sendable { var written: WrittenShard? }
}

/// Memory for one patch of a layout.
final class PatchMemory {
  let image: Buffer<Float>
  let label: Buffer<UInt8>

  init(_ layout: ShardLayout) {
    image = Buffer(count: layout.imageCount)
    label = Buffer(count: layout.labelBytes)
  }

  var buffers: ShardBuffers { ShardBuffers(image: image.values, label: label.values) }
}
