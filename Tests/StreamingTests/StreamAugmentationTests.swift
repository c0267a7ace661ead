import Augmentation
import Shards
import TestSupport
import Testing
import Volumes

@testable import Streaming

@Suite struct StreamAugmentationTests {
  /// Takes the patch a voxel towards the end of y, and adds the address to it.
  private struct Shift: PatchAugmentation {
    let digest = "shift"

    func worker(patchShape: Shape, margin: Shape) -> any PatchAugmentationWorker { Worker() }

    final class Worker: PatchAugmentationWorker {
      func augment(
        _ patch: DecodedPatch, at address: SampleAddress, image: UnsafeMutablePointer<Float>,
        label: UnsafeMutablePointer<UInt8>
      ) -> PatchChange {
        let inner = Shape { patch.shape[$0] - 2 * patch.margin[$0] }
        for channel in 0..<patch.channels {
          for z in 0..<inner.z {
            for y in 0..<inner.y {
              for x in 0..<inner.x {
                let source = ((z + patch.margin.z) * patch.shape.y + y + 1 + patch.margin.y) * patch.shape.x + x
                let target = (z * inner.y + y) * inner.x + x
                image[channel * inner.count + target] = patch.image[channel * patch.shape.count + source]
                label[target] = patch.label[source]
              }
            }
          }
        }
        let drawn = "\(address.seed) \(address.caseIdentifier) \(address.patch) \(address.epoch) \(patch.padValues)"
        return PatchChange(shift: ZYX(z: 0, y: 1, x: 0), drawn: drawn)
      }
    }
  }

  @Test(arguments: StreamOptions.ImageType.allCases)
  func seesTheMarginAndTellsWhatItDrew(type: StreamOptions.ImageType) throws {
    let folder = TemporaryFolder()
    try SampleShards().write(into: folder)
    var options = StreamOptions()
    options.image = type
    options.augmentation = Shift()
    options.epochs = 2
    let stream = try ShardStream(
      at: folder.path("."), set: "random", split: .train(fold: 0), globalBatch: 4, seed: 9, threads: 3,
      options: options)
    let layout = try SampleShards().layout("random")
    while let batch = try stream.next() {
      for (number, sample) in batch.samples.enumerated() {
        #expect(sample.origin.y == 3 * sample.patch + 1)
        #expect(
          sample.drawn as? String == "9 \(sample.caseIdentifier) \(sample.patch) \(batch.epoch) [-1.0, -2.0]")
        // The first voxel: one further along y than the patch's own first one, past the margin.
        let voxel = (1 * layout.storedShape.y + 3) * layout.storedShape.x
        let file = Int(String(sample.caseIdentifier.suffix(1))) ?? 0
        let expected = Float(Float16(SampleShards.value(file, sample.place, voxel)))
        let first = number * batch.shape.imageCount
        #expect((type == .float32 ? batch.floats[first] : Float(batch.halves[first])) == expected)
        #expect(batch.labels[number * batch.shape.patch.count] == SampleShards.label(file, sample.place, voxel))
      }
    }
    #expect(try stream.times.augment > 0)
  }

  private func open(
    _ folder: TemporaryFolder, _ split: StreamSplit = .train(fold: 0), set: String = "random", threads: Int = 2,
    rank: Int = 0, of worldSize: Int = 1, image: StreamOptions.ImageType = .float32,
    order: StreamOptions.Order? = nil, resuming state: StreamState? = nil
  ) throws -> ShardStream {
    var options = StreamOptions()
    options.augmentation = AugmentedPatches(Preset.miscnn.transforms, sampling: Preset.miscnn.sampling)
    options.epochs = 2
    options.image = image
    options.order = order
    return try ShardStream(
      at: folder.path("."), set: set, split: split, globalBatch: 4, seed: 3, rank: rank, worldSize: worldSize,
      threads: threads, options: options, resuming: state)
  }

  @Test(arguments: StreamOptions.ImageType.allCases, [nil, StreamOptions.Order.classBalanced])
  func theLibrarysOwnGivesTheSameBytesEverywhere(
    type: StreamOptions.ImageType, order: StreamOptions.Order?
  ) throws {
    let folder = TemporaryFolder()
    try SampleShards().write(into: folder)
    let expected = try open(folder, threads: 1, image: type, order: order).collect()
    // Another draw for each epoch, and for each time that a patch comes.
    #expect(Set(expected.map(\.image)).count == 40)
    for threads in [2, 3] {
      #expect(try open(folder, threads: threads, image: type, order: order).collect() == expected)
    }
    let second = try open(folder, rank: 1, of: 2, image: type, order: order).collect()
    #expect(second == expected.enumerated().filter { $0.offset % 4 >= 2 }.map(\.element))
    let first = try open(folder, image: type, order: order)
    _ = try first.collect(3)
    let rest = try open(folder, threads: 3, image: type, order: order, resuming: try first.state).collect()
    #expect(rest == Array(expected.dropFirst(12)))
  }

  @Test func validationIsNeverAugmented() throws {
    let folder = TemporaryFolder()
    try SampleShards().write(into: folder)
    var plain = StreamOptions()
    plain.epochs = 2
    let expected = try ShardStream(
      at: folder.path("."), set: "grid", split: .validation(fold: 1), globalBatch: 4, options: plain)
    #expect(try open(folder, .validation(fold: 1), set: "grid").collect() == expected.collect())
  }

  @Test func aStateIsOfItsAugmentation() throws {
    let folder = TemporaryFolder()
    try SampleShards().write(into: folder)
    let preset = Preset.miscnn
    func stream(_ augmentation: AugmentedPatches?, _ state: StreamState? = nil) throws -> ShardStream {
      var options = StreamOptions()
      options.augmentation = augmentation
      return try ShardStream(
        at: folder.path("."), set: "random", split: .train(fold: 0), globalBatch: 4, options: options, resuming: state)
    }
    let own = AugmentedPatches(preset.transforms, sampling: preset.sampling)
    let (state, plain) = (try stream(own).state, try stream(nil).state)
    #expect(plain.augmentation == "none" && state.augmentation?.count == 64)
    #expect(try StreamState(json: state.json) == state)
    _ = try stream(own, state)
    var stronger = preset.transforms
    stronger[0] = .mirror(Mirror(probability: ZYX { _ in 0.25 }))
    let others = [
      AugmentedPatches(stronger, sampling: preset.sampling), AugmentedPatches(preset.transforms.reversed()),
      AugmentedPatches(preset.transforms, sampling: SpatialSampling(imageOrder: .nearest)),
    ]
    for other in others {
      #expect(
        folder.message { _ = try stream(other, state) }?.hasPrefix(
          "state: of another stream: the augmentation, found \(state.augmentation ?? ""), expected ") == true)
    }
    for (found, other) in [(state, nil), (plain, own)] {
      #expect(throws: StreamError.self) { _ = try stream(other, found) }
    }
    // Of before the augmentation was recorded: whoever goes on is believed.
    let old = try StreamState(
      json: state.json.replacing(/"augmentation":"\w+",/, with: ""))
    #expect(old.augmentation == nil)
    _ = try stream(own, old)
    _ = try stream(nil, old)
  }

  @Test func aWrongParameterIsToldWhenItIsOpened() throws {
    let folder = TemporaryFolder()
    try SampleShards().write(into: folder)
    var options = StreamOptions()
    options.augmentation = AugmentedPatches([.elastic(Elastic()), .elastic(Elastic())])
    #expect(throws: AugmentationError.repeatedElastic) {
      try ShardStream(
        at: folder.path("."), set: "random", split: .train(fold: 0), globalBatch: 4, options: options)
    }
  }
}
