import Shards
import Streaming
import TestSupport
import Testing
import Volumes

/// Patches in any order are those of a sequential stream.
@Suite struct ShardSetTests {
  private let folder = TemporaryFolder()

  init() throws { try SampleShards().write(into: folder) }

  @Test(arguments: [StreamSplit.train(fold: 0), .all])
  func patchesAreTheStreams(split: StreamSplit) throws {
    let set = try ShardSet(at: folder.path("."), set: "random", split: split)
    var options = StreamOptions()
    options.order = .sequential
    let stream = try ShardStream(at: folder.path("."), set: "random", split: split, globalBatch: 1, options: options)
    #expect(set.count == stream.patches)
    for index in 0..<set.count {
      guard let batch = try stream.next() else { break }
      let image = Buffer<Float>(count: set.layout.channels * set.layout.shape.count)
      let label = Buffer<UInt8>(count: set.layout.shape.count)
      try set.load(index, image: .float32(image.base), label: label.base)
      #expect(Array(batch.floats) == Array(image.values))
      #expect(Array(batch.labels) == Array(label.values))
      let (entry, sample) = (set.entry(index), batch.samples[0])
      #expect(
        entry.patch.caseIdentifier == sample.caseIdentifier && entry.patch.origin == sample.origin
          && (entry.file, entry.place, entry.number) == (sample.file, sample.place, sample.patch))
      #expect(entry.classCounts.reduce(0, +) == set.layout.shape.count)
    }
  }

  @Test func aPatchLiesWhereItsCaseSaysItDoes() throws {
    let set = try ShardSet(at: folder.path("."), set: "random")
    let (first, second) = (set.entry(0), set.entry(1))
    #expect(first.patch.caseIdentifier == second.patch.caseIdentifier && first.patch.origin != second.patch.origin)
    let shift = ZYX { Double(second.patch.origin[$0] - first.patch.origin[$0]) }
    #expect(second.affine.origin == first.affine.position(x: shift.x, y: shift.y, z: shift.z))
  }

  @Test func whatIsNotThereIsRefused() {
    #expect(throws: StreamError.noSuchSet(folder: folder.path("."), found: "other", sets: ["random", "grid"])) {
      try ShardSet(at: folder.path("."), set: "other")
    }
  }
}
