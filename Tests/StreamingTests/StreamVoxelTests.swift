import Prepared
import Shards
import TestSupport
import Testing
import Volumes

@testable import Streaming

/// Every streamed voxel against what ShardReader reads.
@Suite struct StreamVoxelTests {
  @Test(
    arguments: ShardLayout.ImageType.allCases,
    [ShardCompression.none, .lz4, .deflate(level: 1), .zstd(level: 1)])
  func patchesAreTheStoredOnesWithoutTheirMargin(image: ShardLayout.ImageType, compression: ShardCompression) throws {
    for margin in [Shape(z: 0, y: 0, x: 0), Shape(z: 1, y: 2, x: 0), Shape(z: 0, y: 1, x: 3)] {
      let folder = TemporaryFolder()
      try SampleShards(image: image, compression: compression, margin: margin).write(into: folder)
      for type in StreamOptions.ImageType.allCases {
        for split in [StreamSplit.train(fold: 1), .all] {
          #expect(try compare(folder, split, type) == (split == .all ? 30 : 20))
        }
      }
    }
  }

  @Test(arguments: ShardLayout.ImageType.allCases, [ShardCompression.none, .lz4])
  func foldSafeStagesAreThoseOfTheFold(image: ShardLayout.ImageType, compression: ShardCompression) throws {
    let folder = TemporaryFolder()
    let maps = try SampleShards.maps()
    try SampleShards(image: image, compression: compression, maps: maps).write(into: folder)
    for type in StreamOptions.ImageType.allCases {
      #expect(try compare(folder, .train(fold: 0), type, maps.folds[0]) == 20)
      #expect(try compare(folder, .train(fold: 1), type, maps.folds[1]) == 20)
      #expect(try compare(folder, .validation(fold: 1), set: "grid", type, maps.folds[1]) == 8)
      #expect(try compare(folder, .all, type, maps.all) == 30)
    }
  }

  /// Returns the number of samples that are the stored ones.
  private func compare(
    _ folder: TemporaryFolder, _ split: StreamSplit, set: String = "random", _ type: StreamOptions.ImageType,
    _ maps: [DeferredMaps.Map] = []
  ) throws -> Int {
    var options = StreamOptions()
    options.image = type
    let stream = try ShardStream(
      at: folder.path("."), set: set, split: split, globalBatch: 2, options: options)
    var equal = 0
    while let batch = try stream.next() {
      for (number, sample) in batch.seen().enumerated() {
        let expected = try Expected(folder.path(sample.file), sample.place, maps)
        #expect(sample.label == expected.label)
        let count = batch.shape.imageCount
        let isSame =
          switch type {
          case .float32: Array(batch.floats[number * count..<(number + 1) * count]) == expected.image
          case .float16:
            Array(batch.halves[number * count..<(number + 1) * count]) == expected.image.map { Float16($0) }
          }
        if isSame { equal += 1 }
      }
    }
    return equal
  }

  /// A patch as ShardReader reads it, its margin cut off voxel by voxel.
  private struct Expected {
    var image: [Float] = []
    var label: [UInt8] = []

    init(_ path: String, _ patch: Int, _ maps: [DeferredMaps.Map]) throws {
      let reader = try ShardReader(path: path)
      let layout = reader.layout
      let (voxels, classes) = (Buffer<Float>(count: layout.imageCount), Buffer<UInt8>(count: layout.labelBytes))
      try reader.read(
        patch, into: ShardBuffers(image: voxels.values, label: classes.values), using: ShardDecoder(layout))
      let (stored, margin) = (layout.storedShape, layout.margin)
      for channel in 0..<layout.channels {
        for z in 0..<layout.shape.z {
          for y in 0..<layout.shape.y {
            for x in 0..<layout.shape.x {
              let place = ((z + margin.z) * stored.y + y + margin.y) * stored.x + x + margin.x
              let value = voxels[channel * stored.count + place]
              image.append(maps.isEmpty ? value : maps[channel](value))
              if channel == 0 { label.append(classes[place]) }
            }
          }
        }
      }
    }
  }

  @Test func aTrainersOwnMemoryIsFilled() throws {
    let folder = TemporaryFolder()
    try SampleShards().write(into: folder)
    let open = { (memories: ((BatchShape, Int) -> [BatchMemory])?) in
      try ShardStream(
        at: folder.path("."), set: "random", split: .train(fold: 0), globalBatch: 4, memories: memories)
    }
    let expected = try open(nil)
    let shape = expected.shape
    let count = expected.batchesInMemory
    let images = (0..<count).map { _ in Buffer<UInt8>(count: shape.imageBytes) }
    let labels = (0..<count).map { _ in Buffer<UInt8>(count: shape.labelBytes) }
    let stream = try open { asked, batches in
      #expect((asked, batches) == (shape, count))
      return zip(images, labels).map { BatchMemory(image: $0.base, label: $1.base) }
    }
    #expect(stream.batchesInMemory == count)
    while let batch = try stream.next() {
      #expect(images.contains { UnsafeMutableRawPointer($0.base) == batch.memory.image })
      #expect(try expected.collect(1) == batch.seen())
    }
    stream.cancel()
  }
}
