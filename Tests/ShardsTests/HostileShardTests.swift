import HDF5
import Shards
import TestSupport
import Testing

/// Files that claim what cannot be are refused by our own checks, with a line that says what it was.
struct HostileShardTests {
  private let folder = TemporaryFolder()

  @Test func soundOneIsRead() throws {
    try HostileShard().write(to: folder.path("a.h5"))
    let reader = try ShardReader(path: folder.path("a.h5"))
    #expect(reader.index.patches.count == 2)
    #expect(reader.layout.storedShape.z == 4)
  }

  @Test func ranksTypesAndShapes() {
    expect("unsound /image, found float32 [2, 4, 3, 4]") {
      $0.imageShape = [2, 4, 3, 4]
      $0.imageChunk = [1, 4, 3, 4]
    }
    expect("unsound /image, found uint8") { $0.imageType = .uint8 }
    expect("unsound /image, found [2, 1, 4, 3, 5], expected [2, 1, 4, 3, 4]") { $0.imageShape = [2, 1, 4, 3, 5] }
    expect("unsound chunks of /image, found [1, 1, 2, 3, 4]") { $0.imageChunk = [1, 1, 2, 3, 4] }
    expect("unsound /label, found [3, 4, 3, 4], expected [2, 4, 3, 4]") { $0.labelShape = [3, 4, 3, 4] }
    expect("unsound patch_shape_zyx, found [2.0, 3.0]") { $0.patchShape = [2, 3] }
    expect("cannot open /label: ") { $0.hasLabel = false }
    expect("unsound filters of /image, found [], expected") { $0.compression = "lz4" }
    expect("unsound filters of /image, found [\"32004[7]\"]") {
      $0.filters = [HDF5Filter(identifier: 32004, values: [7])]
    }
    expect("unsound compression, found gzip") { $0.compression = "gzip" }
  }

  @Test func claimsOfSize() {
    expect("patches: cannot be stored") { $0.patchShape = [2, 3, 1 << 40] }
    expect("patches: cannot be stored") { $0.margin = [-1, 0, 0] }
    expect("patches: cannot be stored") { $0.margin = [1 << 62, 0, 0] }
    expect("patches: cannot be stored") { $0.classes = 257 }
    expect("unsound number of patches, found 1000000000000, expected 1 to") {
      $0.imageShape[0] = 1_000_000_000_000
      $0.labelShape[0] = 1_000_000_000_000
    }
    expect("unexpected /index/fold, found int32 [3], expected integers [2]") { $0.folds = [0, 0, 0] }
    expect("unexpected /index/case, found 3 texts, expected a list of 2") { $0.cases = ["a", "a", "a"] }
    expect("unexpected /index/class_counts, found int64 [2, 3]") { $0.counts = [20, 4, 0, 24, 0, 0] }
  }

  @Test func places() {
    for offset in [-1, 1 << 40, Int64.max, Int64.min] {
      expect("unsound place of the image of patch 0, found 192 bytes at \(offset)") { $0.offset = offset }
    }
    for length in [0, -1, 193, 1 << 40, Int64.max] {
      expect("unsound place of the image of patch 0, found \(length) bytes at") { $0.length = length }
    }
  }

  @Test func references() {
    expect("unsound /index/case, found \"b\", expected a group of /cases") { $0.cases = ["a", "b"] }
    expect("unsound /index/case, found \"\"") { $0.cases = ["a", ""] }
    expect("unsound /index/case, found \"../cases/a\"") { $0.cases = ["a", "../cases/a"] }
    expect("unsound /cases/a, found 3 numbers of affine, 1 of pad_value") { $0.affine = [1, 2, 3] }
    expect("unsound /cases/a, found 16 numbers of affine, 2 of pad_value") { $0.padValues = [1, 2] }
    expect("unsound shape_zyx of /cases/a, found 0x9x9") { $0.caseShape = [0, 9, 9] }
    expect("unsound /index/fold, found [0, 1], expected 0 for every patch") { $0.folds = [0, 1] }
    expect("unsound /index/class_counts of patch 1, found [25, -1]") { $0.counts = [20, 4, 25, -1] }
    expect("unsound /index/class_counts of patch 0, found [20, 5]") { $0.counts = [20, 5, 24, 0] }
    expect("unsound /index/origin_zyx or variant") { $0.origins[4] = Int64.max }
  }

  @Test func otherFiles() {
    expect(
      "not a shard, found format \"segprep-case\", expected format \"segprep-shard\"; look at it with h5dump, "
        + "or give a file that `segprep shard` wrote"
    ) { $0.format = "segprep-case" }
    expect("not a shard, found HDF5 without a format") { $0.format = nil }
    expect(
      "the shard is of another version, found 2, expected 1; use the segprep that wrote it, or make the shards again"
    ) { $0.version = 2 }
  }

  private func expect(
    _ start: String, location: SourceLocation = #_sourceLocation, _ spoil: (inout HostileShard) -> Void
  ) {
    var shard = HostileShard()
    spoil(&shard)
    let message = folder.message {
      try shard.write(to: folder.path("a.h5"))
      _ = try ShardReader(path: folder.path("a.h5"))
    }
    let text = message?.replacingOccurrences(of: "a.h5: ", with: "")
    #expect(text?.hasPrefix(start) == true, "\(message ?? "taken")", sourceLocation: location)
  }
}
