import Pipeline
import Shards
import Testing
import Volumes

@Suite struct PatchesSectionTests {
  private static let cube = "shape: {z: 4, y: 5, x: 6}"

  @Test(arguments: [
    ("kits19.yaml", 0), ("kits19-mlperf.yaml", 0.4), ("brats20.yaml", 0), ("brats20-4channel.yaml", 0.33),
  ])
  func shippedPipelinesHaveASetForTrainingAndOneForValidation(name: String, foreground: Double) throws {
    let config = try PipelineFile.read(shippedPath(name))
    #expect(config.patches.map(\.name) == ["random", "grid"])
    let random = RandomSampling(perCase: 16, foreground: foreground, seed: 1)
    #expect(config.patches[0].sampling == .random(random) && config.patches[0].margin == ZYX(z: 8, y: 8, x: 8))
    #expect(config.patches[1].shape == config.patches[0].shape && config.patches[1].margin == ZYX(z: 0, y: 0, x: 0))
    #expect(config.patches[1].sampling == .grid(overlap: config.patches[1].shape.map { $0 / 2 }))
    #expect(config.shards == ShardsConfig())
  }

  @Test func paperSetUpsAreTheShippedOnes() throws {
    #expect(try PipelineFile.read(shippedPath("kits19.yaml")).patches[1].shape == ZYX(z: 80, y: 160, x: 160))
    #expect(try PipelineFile.read(shippedPath("brats20.yaml")).patches[1].shape == ZYX(z: 96, y: 96, x: 96))
  }

  @Test func everyKeyIsRead() throws {
    let text = Sample.patches(
      "{set: Train_1, sampling: random, \(Self.cube), per_case: 3, foreground: .5, margin: {z: 1, y: 2, x: 3}, "
        + "seed: 4294967295, skip_blank: true}",
      "{set: g, sampling: grid, \(Self.cube), overlap: {z: 3, y: 4, x: 5}, margin: {z: 0, y: 0, x: 1}}",
      shards: "shards: {image: float32, compression: none, file_patches: 7}")
    let config = try Sample.config(text)
    #expect(
      config.patches == [
        PatchSet(
          name: "Train_1", sampling: .random(RandomSampling(perCase: 3, foreground: 0.5, seed: .max)),
          shape: ZYX(z: 4, y: 5, x: 6), margin: ZYX(z: 1, y: 2, x: 3), skipsBlank: true),
        PatchSet(
          name: "g", sampling: .grid(overlap: ZYX(z: 3, y: 4, x: 5)), shape: ZYX(z: 4, y: 5, x: 6),
          margin: ZYX(z: 0, y: 0, x: 1)),
      ])
    #expect(config.shards == ShardsConfig(image: .float32, compression: .none, filePatches: 7))
  }

  @Test func defaultsAreFilledIn() throws {
    let config = try Sample.config(
      Sample.patches(
        "{set: a, sampling: random, \(Self.cube), per_case: 3}", "{set: b, sampling: grid, \(Self.cube)}"))
    #expect(config.patches[0].sampling == .random(RandomSampling(perCase: 3, foreground: 0, seed: 1)))
    #expect(config.patches[1].sampling == .grid(overlap: ZYX(z: 0, y: 0, x: 0)))
    #expect(config.patches.allSatisfy { $0.margin == ZYX(z: 0, y: 0, x: 0) && !$0.skipsBlank })
    #expect(config.shards == ShardsConfig(image: .float16, compression: .lz4, filePatches: 64))
    #expect(try Sample.config().patches.isEmpty)
  }

  @Test(arguments: [
    ("{sampling: grid, \(cube)}", "`patches[0]` lacks `set`, found sampling, shape, expected set too"),
    ("{set: a, \(cube)}", "`patches[0]` lacks `sampling`, found set, shape, expected sampling too"),
    ("{set: a, sampling: grid}", "`patches[0]` lacks `shape`, found set, sampling, expected shape too"),
    (
      "{set: a, sampling: random, \(cube)}",
      "`patches[0]` lacks `per_case`, found set, sampling, shape, expected per_case too"
    ),
    (
      "{set: a, sampling: rand, \(cube)}",
      "`patches[0].sampling` is not known, found the text \"rand\", expected random or grid; did you mean random?"
    ),
    (
      "{set: a, sampling: grid, \(cube), overlaps: {z: 0, y: 0, x: 0}}",
      "unknown key `overlaps`; did you mean `overlap`? accepted: set, sampling, shape, per_case, foreground, overlap, "
        + "margin, seed, skip_blank, variants"
    ),
    (
      "{set: a, sampling: grid, \(cube), per_case: 3}",
      "`patches[0].per_case` does not go with the sampling grid, found per_case, "
        + "expected set, sampling, shape, overlap, margin, skip_blank or variants; it belongs to the sampling random"
    ),
    (
      "{set: a, sampling: random, \(cube), per_case: 3, overlap: {z: 0, y: 0, x: 0}}",
      "`patches[0].overlap` does not go with the sampling random, found overlap, "
        + "expected set, sampling, shape, per_case, foreground, margin, seed, skip_blank or variants; "
        + "it belongs to the sampling grid"
    ),
    (
      "{set: a, sampling: grid, shape: {z: 0, y: 1, x: 1}}",
      "`patches[0].shape.z` is out of range, found 0, expected a whole number from 1 to 8192 voxels"
    ),
    (
      "{set: a, sampling: grid, shape: {z: 1024, y: 1024, x: 1024}}",
      "`patches[0].shape` makes patches that are too large, found 1 x 1024x1024x1024 values of float16, "
        + "2147483648 bytes with the margin, expected at most 2147483647 bytes; choose a smaller shape or margin"
    ),
    (
      "{set: a, sampling: grid, \(cube), margin: {z: 8192, y: 4096, x: 16}}",
      "`patches[0].shape` makes patches that are too large, found 1 x 16388x8197x38 values of float16, "
        + "10209265136 bytes with the margin, expected at most 2147483647 bytes; choose a smaller shape or margin"
    ),
    (
      "{set: a, sampling: grid, \(cube), overlap: {z: 0, y: 5, x: 0}}",
      "`patches[0].overlap.y` is not smaller than the patch, found 5, expected at most 4 voxels"
    ),
    (
      "{set: a, sampling: grid, \(cube), overlap: 2}",
      "`patches[0].overlap` has the wrong type, found 2, expected a mapping with the keys z, y, x"
    ),
    (
      "{set: a, sampling: random, \(cube), per_case: 0}",
      "`patches[0].per_case` is out of range, found 0, expected a whole number from 1 to 100000 patches"
    ),
    (
      "{set: a, sampling: random, \(cube), per_case: 1, foreground: 1.5}",
      "`patches[0].foreground` is out of range, found 1.5, expected a number from 0 to 1"
    ),
    (
      "{set: a, sampling: random, \(cube), per_case: 1, seed: -1}",
      "`patches[0].seed` is out of range, found -1, expected a whole number from 0 to 4294967295"
    ),
    (
      "{set: ../a, sampling: grid, \(cube)}",
      "`patches[0].set` is no name for a folder, found the text \"../a\", "
        + "expected at most 64 letters, digits, _ and -, no - at the beginning"
    ),
    (
      "{set: tést, sampling: grid, \(cube)}",
      "`patches[0].set` is no name for a folder, found the text \"tést\", "
        + "expected at most 64 letters, digits, _ and -, no - at the beginning"
    ),
    (
      "{set: 1, sampling: grid, \(cube)}",
      "`patches[0].set` has the wrong type, found 1, expected a text; put it in quotes"
    ),
  ])
  func setThatIsWrongIsRefusedInItsLine(item: String, message: String) {
    #expect(Sample.message(Sample.patches(item)) == "sample.yaml:13: \(message)")
  }

  @Test func namesMustDiffer() {
    let text = Sample.patches("{set: a, sampling: grid, \(Self.cube)}", "{set: A, sampling: grid, \(Self.cube)}")
    #expect(
      Sample.message(text) == "sample.yaml:14: `patches[1].set` is there twice, found the text \"A\", "
        + "expected a name of its own for each set")
  }

  @Test func listMustHoldSets() {
    #expect(
      Sample.message(Sample.text + "\npatches: []")
        == "sample.yaml:11: `patches` is empty, found a list, expected at least one patch set")
    #expect(
      Sample.message(Sample.text + "\npatches: {}")
        == "sample.yaml:11: `patches` has the wrong type, found a mapping, expected a list of patch sets")
  }

  @Test(arguments: [
    (
      "shards: {image: float64}",
      "`shards.image` is not known, found the text \"float64\", expected float16 or float32; did you mean float16?"
    ),
    (
      "shards: {compression: gzip}",
      "`shards.compression` is not known, found the text \"gzip\", expected none, deflate, lz4 or zstd"
    ),
    (
      "shards: {file_patches: 0}",
      "`shards.file_patches` is out of range, found 0, expected a whole number from 1 to 65536 patches"
    ),
    (
      "shards: {images: float16}",
      "unknown key `images`; did you mean `image`? accepted: image, compression, file_patches"
    ),
  ])
  func shardsThatAreWrongAreRefusedInTheirLine(line: String, message: String) {
    #expect(Sample.message(Sample.text + "\n" + line) == "sample.yaml:11: \(message)")
  }
}
