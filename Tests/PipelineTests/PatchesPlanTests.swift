import Foundation
import Pipeline
import Testing

@Suite struct PatchesPlanTests {
  private static let sets = [
    "{set: a, sampling: random, shape: {z: 4, y: 5, x: 6}, per_case: 3}",
    "{set: a, sampling: random, shape: {z: 4, y: 5, x: 7}, per_case: 3}",
    "{set: b, sampling: random, shape: {z: 4, y: 5, x: 6}, per_case: 3}",
    "{set: a, sampling: random, shape: {z: 4, y: 5, x: 6}, per_case: 4}",
    "{set: a, sampling: random, shape: {z: 4, y: 5, x: 6}, per_case: 3, foreground: .5}",
    "{set: a, sampling: random, shape: {z: 4, y: 5, x: 6}, per_case: 3, seed: 2}",
    "{set: a, sampling: random, shape: {z: 4, y: 5, x: 6}, per_case: 3, skip_blank: true}",
    "{set: a, sampling: random, shape: {z: 4, y: 5, x: 6}, per_case: 3, margin: {z: 0, y: 0, x: 1}}",
    "{set: a, sampling: grid, shape: {z: 4, y: 5, x: 6}}",
    "{set: a, sampling: grid, shape: {z: 4, y: 5, x: 6}, overlap: {z: 1, y: 0, x: 0}}",
  ]

  private func plan(_ text: String) throws -> Plan { Plan(try Sample.config(text), sourceFile: "sample.yaml") }

  @Test func everyKeyCountsAndNoneOfThemForTheCases() throws {
    let sets = try Self.sets.map { try plan(Sample.patches($0)) }
    let shards = try ["{image: float32}", "{compression: zstd}", "{file_patches: 63}"].map {
      try plan(Sample.patches(Self.sets[0], shards: "shards: \($0)"))
    }
    let folds = try plan(Sample.patches(Self.sets[0]).replacingOccurrences(of: "count: 5", with: "count: 4"))
    let all = sets + shards + [folds]
    #expect(Set(all.compactMap(\.shardsDigest)).count == all.count)
    let plain = try plan(Sample.text)
    #expect(plain.shardsDigest == nil)
    #expect((sets + shards).allSatisfy { $0.ingestDigest == plain.ingestDigest && $0.foldsDigest == plain.foldsDigest })
  }

  @Test func defaultsDoNotCount() throws {
    let verbose =
      "{per_case: 3, set: a, sampling: random, shape: {z: 4, y: 5, x: 6}, foreground: 0, margin: {z: 0, y: 0, x: 0}, "
      + "seed: 1, skip_blank: false}"
    let shards = "shards: {image: float16, compression: lz4, file_patches: 64}"
    #expect(
      try plan(Sample.patches(verbose, shards: shards)).shardsDigest
        == plan(Sample.patches(Self.sets[0])).shardsDigest)
  }

  /// Whoever changes these makes everybody cut their patches again.
  @Test func digestsOfTheShippedPipelinesStay() throws {
    let digests = try ["kits19", "kits19-mlperf", "brats20", "brats20-4channel"].map { name in
      Plan(try PipelineFile.read(shippedPath("\(name).yaml")), sourceFile: "").shardsDigest.map { $0.prefix(16) }
    }
    #expect(digests == ["2ea7b2bf803260b5", "25c91d2f91e43a8e", "499e106ff8c11774", "011798b1a188c4dd"])
  }

  @Test(arguments: sets)
  func savedPatchesReadBack(item: String) throws {
    let plan = try plan(Sample.patches(item, shards: "shards: {image: float32}"))
    #expect(try JSONDecoder().decode(Plan.self, from: Data(PlanDescription.json(of: plan).utf8)) == plan)
  }

  @Test func otherOptionsAreSaid() throws {
    let plan = try plan(
      Sample.patches(
        "{set: a, sampling: random, shape: {z: 4, y: 5, x: 6}, per_case: 5, foreground: .4, skip_blank: true}",
        "{set: b, sampling: grid, shape: {z: 4, y: 5, x: 6}, skip_blank: true}",
        shards: "shards: {image: float32, compression: none, file_patches: 1}"))
    let text = PlanDescription.text(of: plan)
    #expect(
      text.contains(
        """
        Patches, of labelled cases alone
          a             5 patches of 4 x 5 x 6 voxels (z, y, x) in each labelled case, at random places, seed 1
                        2 of them centred on foreground: first a class that is there, then one of its voxels
                        places without foreground are drawn again; cases without any have no patch
          b             windows of 4 x 5 x 6 voxels (z, y, x) that overlap by 0 x 0 x 0,
                        the last of each axis shifted back to end at the border
                        windows without foreground are left out

        Shards
          image float32, label uint8, not compressed
          1 patch a file, at most 600 B before compression
          outside a case: its smallest value in each channel, and background

        """))
    #expect(
      plan.notes == [
        "patch set b leaves out windows without foreground: train on it, but validate on one that covers all"
      ])
    let unscaled = Sample.replacing(Sample.stage, with: "  - zscore: {over: dataset, fold_safe: true}")
      .replacingOccurrences(of: "  - zscore\n", with: "")
    let sets = "\npatches: [\(Self.sets[0])]"
    #expect(
      try self.plan(unscaled + sets).notes == [
        "patches hold the values that fold_safe stages have not scaled yet, and float16 rounds them to 1 part in 2048; "
          + "`shards: {image: float32}` keeps them as they are"
      ])
    #expect(try self.plan(unscaled + sets + "\nshards: {image: float32}").notes.isEmpty)
  }
}
