import Files
import HDF5
import Parallelism
import Shards
import TestSupport
import Testing
import Volumes

struct ShardFileTests {
  private let folder = TemporaryFolder()

  static let compressions: [ShardCompression] = [.none, .deflate(level: 1), .deflate(level: 9), .lz4, .zstd(level: 3)]

  @Test(arguments: compressions, ShardLayout.ImageType.allCases)
  func whatIsWrittenIsRead(compression: ShardCompression, image: ShardLayout.ImageType) throws {
    let layout = try ShardLayout(
      channels: 2, shape: SampleShard.small, margin: SampleShard.margin, image: image, compression: compression,
      classes: 3)
    let sample = SampleShard(layout: layout)
    let (path, written) = try sample.write(into: folder, jobs: 2)
    #expect(path.hasSuffix("random/fold2-00007.h5"))
    let reader = try ShardReader(path: path, sha256: written.sha256)
    #expect(reader.layout == layout)
    #expect(reader.set == "random")
    #expect(reader.index.fold == 2)
    #expect(reader.index.patches == sample.file.patches)
    #expect(Array(reader.cases.values.sorted { $0.caseIdentifier < $1.caseIdentifier }) == sample.file.cases)
    #expect(reader.plan == "{}")
    #expect(reader.index.classCounts == written.classCounts)
    #expect(reader.worstRounding == written.worstRounding)
    try expectVoxels(of: sample, in: reader)
  }

  @Test(arguments: [1, 2, 3, 8])
  func bytesDoNotDependOnThreads(jobs: Int) throws {
    let layout = try ShardLayout(channels: 1, shape: Shape(z: 20, y: 30, x: 40), classes: 3)
    let sample = SampleShard(layout: layout, patches: 11)
    let first = try sample.write(into: folder, jobs: 1).written
    let again = try sample.write(into: folder, jobs: jobs).written
    #expect(first == again)
    #expect(try SHA256.hash(file: folder.path("random/fold2-00007.h5")).sha256 == first.sha256)
  }

  @Test func largePatchesAreStoredInSeveralBlocks() throws {
    let layout = try ShardLayout(channels: 1, shape: Shape(z: 40, y: 100, x: 100), compression: .lz4, classes: 2)
    let sample = SampleShard(layout: layout, patches: 2)
    try expectVoxels(of: sample, in: try ShardReader(path: try sample.write(into: folder).path))
  }

  @Test func unlabelledCasesHaveNoLabel() throws {
    let sample = SampleShard(layout: try ShardLayout(channels: 1, shape: SampleShard.small, classes: 0))
    let path = try sample.write(into: folder).path
    let reader = try ShardReader(path: path)
    #expect(!reader.layout.isLabelled)
    #expect(reader.index.labels.isEmpty)
    #expect(try !HDF5Reader(path: path).contains("label"))
    try expectVoxels(of: sample, in: reader)
  }

  @Test func namesSayTheFold() throws {
    func name(_ fold: Int?, _ number: Int, isLabelled: Bool = true) -> String {
      ShardFile(set: "grid", fold: fold, number: number, patches: [], cases: []).name(isLabelled: isLabelled)
    }
    #expect(name(0, 0) == "grid/fold0-00000.h5")
    #expect(name(3, 123_456) == "grid/fold3-123456.h5")
    #expect(name(nil, 12) == "grid/train-00012.h5")
    #expect(name(nil, 12, isLabelled: false) == "grid/unlabelled-00012.h5")
  }

  @Test func manyFilesAreEachWhole() throws {
    let layout = try ShardLayout(channels: 1, shape: SampleShard.small, classes: 3)
    let sample = SampleShard(layout: layout, patches: 3)
    let files = (0..<7).map { number in
      var file = sample.file
      file.number = number
      return file
    }
    let writer = ShardWriter(layout: layout, plan: "{}", folder: folder.path("."))
    let workers = Workers(count: 3)
    defer { workers.stop() }
    let times = try writer.write(files, on: workers, fill: sample.fill) { _, _ in }
    #expect(times.encode > 0 && times.store > 0 && times.finish > 0)
    #expect(try folder.names("random") == (0..<7).map { "fold2-0000\($0).h5" })
    for file in files {
      try expectVoxels(of: sample, in: try ShardReader(path: writer.path(of: file)))
      #expect(writer.existing(file)?.classCounts.count == 3)
    }
    var other = files[0]
    other.patches[0].origin.z += 1
    #expect(writer.existing(other) == nil)
    #expect(ShardWriter(layout: layout, plan: "{} ", folder: folder.path(".")).existing(files[0]) == nil)
  }

  // MARK: what cannot be stored

  @Test(arguments: [65504.0 as Float, -65504, 65504.004, -65505, .infinity, .nan])
  func valuesOver65504AreRefused(value: Float) throws {
    let sample = SampleShard(layout: try ShardLayout(channels: 1, shape: SampleShard.small, classes: 3))
    let message = folder.message {
      try sample.write(into: folder) { _, patch, buffers in
        sample.fill(0, patch, buffers)
        if patch == 3 { buffers.image[17] = value }
      }
    }
    if abs(value) == 65504 {
      #expect(message == nil)
    } else {
      #expect(message?.hasPrefix("case_00001: a value is too large for float16, found ") == true)
      #expect(try folder.names("random").isEmpty)
    }
  }

  @Test func foreignClassesAreRefused() throws {
    let sample = SampleShard(layout: try ShardLayout(channels: 1, shape: SampleShard.small, classes: 3))
    #expect(
      folder.message {
        try sample.write(into: folder) { _, patch, buffers in
          sample.fill(0, patch, buffers)
          if patch == 4 { buffers.label[100] = 3 }
        }
      } == "case_00000: the label has a value that is no class, found 3, expected 0 to 2; prepare the case again")
    #expect(try folder.names("random").isEmpty)
  }

  @Test func impossibleLayoutsAreRefused() throws {
    func refuses(
      _ channels: Int, _ shape: Shape, margin: Shape = Shape(z: 0, y: 0, x: 0),
      _ image: ShardLayout.ImageType = .float16, classes: Int = 2
    ) -> Bool {
      (try? ShardLayout(channels: channels, shape: shape, margin: margin, image: image, classes: classes)) == nil
    }
    #expect(refuses(1, Shape(z: 0, y: 1, x: 1)))
    #expect(refuses(0, Shape(z: 1, y: 1, x: 1)))
    #expect(refuses(1, Shape(z: 1, y: 1, x: 1), classes: 257))
    #expect(refuses(1, Shape(z: 1, y: 1, x: 1), margin: Shape(z: -1, y: 0, x: 0)))
    #expect(refuses(1, Shape(z: 1024, y: 1024, x: 1024)))
    #expect(!refuses(1, Shape(z: 1023, y: 1024, x: 1024)))
    #expect(refuses(1, Shape(z: 1023, y: 1024, x: 1024), .float32))
    #expect(refuses(1, Shape(z: 1, y: 1, x: 1), margin: Shape(z: 0, y: 0, x: 1 << 29)))
    #expect(refuses(Int.max, Shape(z: Int.max, y: Int.max, x: Int.max), margin: Shape(z: Int.max, y: 1, x: 1)))
  }

  // MARK: a shard's voxels

  private func expectVoxels(of sample: SampleShard, in reader: ShardReader) throws {
    let layout = reader.layout
    let (memory, decoder) = (PatchMemory(layout), ShardDecoder(layout))
    var worst: Float = 0
    for patch in reader.index.patches.indices {
      try reader.read(patch, into: memory.buffers, using: decoder)
      let expected = memory.image.values.indices.map { voxel in
        let value = SampleShard.value(patch, voxel)
        return layout.image == .float16 ? Float(Float16(value)) : value
      }
      #expect(memory.image.values.elementsEqual(expected))
      for (voxel, stored) in expected.enumerated() { worst = max(worst, abs(stored - SampleShard.value(patch, voxel))) }
      #expect(memory.label.values.elementsEqual(memory.label.values.indices.map { sample.label(patch, $0) }))
      guard layout.isLabelled else { continue }
      var counts = [Int](repeating: 0, count: layout.classes)
      for (voxel, value) in memory.label.values.enumerated() where isInner(voxel, layout) { counts[Int(value)] += 1 }
      #expect(reader.index.classCounts[patch] == counts)
    }
    if layout.image == .float16 { #expect(reader.worstRounding == Double(worst)) }
  }

  private func isInner(_ voxel: Int, _ layout: ShardLayout) -> Bool {
    let stored = layout.storedShape
    let place = Shape(z: voxel / (stored.y * stored.x), y: voxel / stored.x % stored.y, x: voxel % stored.x)
    return SpatialAxis.allCases.allSatisfy {
      place[$0] >= layout.margin[$0] && place[$0] < layout.margin[$0] + layout.shape[$0]
    }
  }
}
