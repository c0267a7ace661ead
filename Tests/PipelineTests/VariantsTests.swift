import Augmentation
import Foundation
import Pipeline
import Prepared
import Shards
import Testing
import Volumes

@Suite struct VariantsTests {
  private static let random =
    "{set: more, sampling: random, shape: {z: 4, y: 6, x: 8}, per_case: 3, seed: 5, foreground: .5, variants: 2}"
  private static let grid =
    "{set: wide, sampling: grid, shape: {z: 5, y: 7, x: 30}, overlap: {z: 1, y: 0, x: 0}, variants: 3}"
  private static let all = """
    [{mirror: {probability: .5}}, {contrast: {probability: .5}}, {gamma: {probability: .5}}, {gaussian_noise: {deviation: .1}},
     {elastic: {alpha: {lower: 0, upper: 300}, sigma: 4, probability: .5}}, {rotation: {degrees: 20, probability: .7}},
     {scale: {factor: {lower: .8, upper: 1.3}, probability: .5}}, {jitter: {voxels: {z: 1, y: 2, x: 3}}}]
    """

  private func text(_ sets: String..., augment: String, image: String = "float32") -> String {
    [
      Sample.text, "shards: {image: \(image), file_patches: 4}", "patches: [\(sets.joined(separator: ", "))]",
      "augment: \(augment)",
    ].joined(separator: "\n")
  }

  private func plan(_ text: String) throws -> Plan { Plan(try Sample.config(text), sourceFile: "sample.yaml") }

  private func shard(
    _ data: RawFolder, _ text: String, jobs: Int = 1, into name: String = "shards"
  ) throws -> ShardReport {
    if !FileManager.default.fileExists(atPath: data.prepared) { try data.run() }
    var sharding = Sharding(
      plan: try plan(text), prepared: data.prepared, shards: data.folder.path(name), jobs: jobs)
    sharding.sync = false
    return try sharding.run(observer: Unheard())
  }

  // MARK: The pipeline file

  @Test func savedPlansReadBack() throws {
    let plan = try plan(text(Self.random, Self.grid, augment: Self.all))
    #expect(plan.config.patches.map(\.variants) == [2, 3])
    #expect(try JSONDecoder().decode(Plan.self, from: Data(PlanDescription.json(of: plan).utf8)) == plan)
  }

  @Test func augmentationDecidesTheShardsOfVariantsAlone() throws {
    let plain = "{set: a, sampling: grid, shape: {z: 4, y: 6, x: 8}}"
    let sections = ["{preset: none}", "{preset: miscnn}", "{preset: miscnn, image_order: 1}"]
    let without = try plan(Sample.patches(plain, shards: "shards: {image: float32, file_patches: 4}"))
    #expect(Set(try sections.map { try plan(text(plain, augment: $0)).shardsDigest }) == [without.shardsDigest])
    #expect(Set(try sections.map { try plan(text(plain, Self.grid, augment: $0)).shardsDigest }).count == 3)
  }

  @Test(arguments: [
    (
      "variants: 0", "{preset: none}",
      "`patches[0].variants` is out of range, found 0, expected a whole number from 1 to 1000 versions"
    ),
    (
      "variants: 2, margin: {z: 1, y: 1, x: 1}", "{preset: none}",
      "`patches[0].margin` does not go with `variants`, found a mapping, expected no margin"
    ),
    ("variants: 2", "", "`patches[0].variants` needs the section `augment`, found no such section"),
    ("variants: 2", "[jitter]", "`patches[0].variants` does not go with a jitter that goes as far as the margin"),
    (
      "variants: 2", "[{jitter: {voxels: {z: 0, y: 3, x: 0}}}]",
      "`patches[0].variants` does not go with so much jitter, found 0x3x0, expected less than half of the patch, 4x6x8"
    ),
  ])
  func sectionsThatDoNotGoTogetherAreRefused(keys: String, augment: String, message: String) {
    let set = "{set: a, sampling: grid, shape: {z: 4, y: 6, x: 8}, \(keys)}"
    let text = augment.isEmpty ? Sample.patches(set) : text(set, augment: augment)
    let found = Sample.message(text) ?? "taken"
    #expect(found.contains(message), "\(found)")
  }

  // MARK: The shards

  @Test func bytesDoNotDependOnThreads() throws {
    let data = try RawFolder(3)
    let text = text(Self.random, Self.grid, augment: Self.all, image: "float16")
    _ = try shard(data, text, into: "one")
    _ = try shard(data, text, jobs: 3, into: "three")
    #expect(try data.files(in: "one") == data.files(in: "three"))
  }

  @Test(arguments: [all, "{preset: miscnn}", "{preset: nnunet, statistics: case}", "{preset: miscnn, border: mirror}"])
  func recordsMakeTheStoredPatchesAgain(section: String) throws {
    let data = try RawFolder(2)
    let text = text(Self.random, Self.grid, augment: section)
    let augment = try #require(try Sample.config(text).augment)
    let report = try shard(data, text)
    #expect(report.manifest.sets.map(\.variants) == [2, 3])
    var (changed, patches) = (0, 0)
    for file in report.manifest.files {
      let reader = try ShardReader(path: data.folder.path("shards/\(file.file)"), sha256: file.sha256)
      for (number, patch) in reader.index.patches.enumerated() {
        let stored = try StoredPatch(reader, number)
        let variant = try VariantRecord(text: patch.augmentation)
        let record = variant.record
        let augmenter = try Augmenter(
          transforms: augment.transforms, patchShape: reader.layout.shape, margin: variant.margin,
          sampling: augment.sampling)
        let source = try Self.source(of: patch, variant, reader.layout.shape, data)
        let made = StoredPatch(
          try Self.replay(
            record, augmenter, source, statistics: augment.statistics == .case ? source.statistics : nil))
        #expect(made == stored, "\(file.file) \(number)")
        #expect(Set(stored.label).isSubset(of: [0, 1, 2]))
        #expect(record.key.epoch == UInt32(patch.variant) && record.key.caseIdentifier == patch.caseIdentifier)
        changed += record.transforms.isEmpty ? 0 : 1
        patches += 1
      }
    }
    #expect(patches == 2 * 3 * 2 + 2 * 3 * report.manifest.sets[1].patches / 6 && changed > patches / 3)
  }

  @Test func nothingThatHappensGivesThePlainPatches() throws {
    let data = try RawFolder(2)
    let augmented = try shard(data, text(Self.random, augment: "{preset: none}"), into: "augmented").manifest
    let plain = try shard(
      data, text(Self.random.replacingOccurrences(of: ", variants: 2", with: ""), augment: "{preset: none}"),
      into: "plain"
    ).manifest
    #expect(augmented.sets[0].patches == 2 * plain.sets[0].patches)
    func patches(_ manifest: ShardManifest, _ folder: String) throws -> [(ShardPatch, StoredPatch)] {
      try manifest.files.flatMap { file in
        let reader = try ShardReader(path: data.folder.path("\(folder)/\(file.file)"))
        return try reader.index.patches.indices.map { (reader.index.patches[$0], try StoredPatch(reader, $0)) }
      }
    }
    let originals = try patches(plain, "plain")
    for (number, (patch, stored)) in try patches(augmented, "augmented").enumerated() {
      let original = originals[number / 2]
      #expect(stored == original.1 && patch.variant == 1 + number % 2)
      #expect(patch.origin == original.0.origin && patch.flags == original.0.flags)
    }
  }

  /// Of a field in the last sampling, and of one in a sampling before it, which covers the margin too.
  @Test(arguments: ["", ", gamma, rotation"]) func storedFieldsDoNotFoldWhereThatIsAskedFor(after: String) throws {
    let data = try RawFolder(2)
    func fields(avoidFolds: Bool) throws -> [(field: ElasticField, over: Shape)] {
      let elastic = "{elastic: {alpha: {lower: 40, upper: 40}, sigma: 2, avoid_folds: \(avoidFolds)}}"
      let manifest = try shard(
        data, text(Self.random, augment: "[\(elastic)\(after)]"), into: "shards \(avoidFolds)"
      ).manifest
      return try manifest.files.flatMap { file in
        let reader = try ShardReader(path: data.folder.path("shards \(avoidFolds)/\(file.file)"))
        return try reader.index.patches.flatMap { patch in
          let variant = try VariantRecord(text: patch.augmentation)
          let margin = after.isEmpty ? Shape(z: 0, y: 0, x: 0) : variant.margin
          return variant.record.transforms.compactMap { entry -> (ElasticField, Shape)? in
            guard case .elastic(let field) = entry.drawn else { return nil }
            return (field, Shape { reader.layout.shape[$0] + 2 * margin[$0] })
          }
        }
      }
    }
    let sampler = SpatialSampler()
    let (plain, damped) = (try fields(avoidFolds: false), try fields(avoidFolds: true))
    #expect(plain.count == 12 && damped.count == 12)
    #expect(plain.contains { sampler.smallestDeterminant(of: $0.field, over: $0.over) <= 0 })
    #expect(damped.allSatisfy { sampler.smallestDeterminant(of: $0.field, over: $0.over) > 0 })
    #expect(plain.allSatisfy { $0.field.damping == 1 } && damped.contains { $0.field.damping < 1 })
    #expect(zip(plain, damped).allSatisfy { $0.field.seed == $1.field.seed })
  }

  @Test func valuesBeyondHalfAreNamed() throws {
    let data = try RawFolder(1)
    let error = #expect(throws: ShardError.self) {
      try shard(
        data,
        text(Self.random, augment: "[{brightness_additive: {mean: 100000, deviation: 0}}]", image: "float16"))
    }
    let words = "variant 1: a value is too large for float16 once augmented, found "
    #expect(error.map { "\($0)" }?.contains(words) == true)
    #expect(error.map { "\($0)" }?.hasPrefix("case_00000: patch at [") == true)
  }

  // MARK: The plain way to make a version

  private struct Source {
    var image: Volume
    var label: LabelMap
    var padValues: [Float]
    var statistics: [IntensityStatistics]
  }

  /// The window of the prepared case that a version was made from.
  private static func source(
    of patch: ShardPatch, _ variant: VariantRecord, _ shape: Shape, _ data: RawFolder
  ) throws -> Source {
    let reader = try CaseFileReader(path: data.folder.path("prepared/cases/\(patch.caseIdentifier).h5"))
    let (image, label) = (try reader.image(), try #require(try reader.label()))
    let (margin, shift) = (variant.margin, variant.record.originShift)
    let whole = Shape { shape[$0] + 2 * margin[$0] }
    let first = Shape { patch.origin[$0] - shift[$0] - margin[$0] }
    let pad = Float(reader.statistics.channels[0].minimum)
    let (voxels, classes) = (Buffer<Float>(count: whole.count), Buffer<UInt8>(count: whole.count))
    for index in 0..<whole.count {
      let place = Shape(
        z: first.z + index / (whole.y * whole.x), y: first.y + index / whole.x % whole.y, x: first.x + index % whole.x)
      let isInside = SpatialAxis.allCases.allSatisfy { (0..<reader.shape[$0]).contains(place[$0]) }
      let at = (place.z * reader.shape.y + place.y) * reader.shape.x + place.x
      voxels[index] = isInside ? image.voxels[at] : pad
      classes[index] = isInside ? label.classes[at] : 0
    }
    return Source(
      image: Volume(channels: 1, shape: whole, voxels: voxels, affine: image.affine),
      label: LabelMap(shape: whole, classes: classes, affine: image.affine), padValues: [pad],
      statistics: reader.statistics.channels.map {
        IntensityStatistics(minimum: $0.minimum, maximum: $0.maximum, mean: $0.mean, deviation: $0.std)
      })
  }

  private static func replay(
    _ record: AugmentationRecord, _ augmenter: Augmenter, _ source: Source, statistics: [IntensityStatistics]?
  ) throws -> (image: [Float], label: [UInt8]) {
    var image = [Float](repeating: .nan, count: augmenter.patchShape.count)
    var label = [UInt8](repeating: 255, count: augmenter.patchShape.count)
    try source.padValues.withUnsafeBufferPointer { pads in
      try image.withUnsafeMutableBufferPointer { image in
        try label.withUnsafeMutableBufferPointer { label in
          try augmenter.replay(
            record,
            PatchSource(
              image: .float32(UnsafePointer(source.image.voxels.base)),
              label: UnsafePointer(source.label.classes.base), channels: 1, shape: source.image.shape,
              padValues: #require(pads.baseAddress)),
            to: PatchTarget(image: #require(image.baseAddress), label: label.baseAddress), statistics: statistics,
            workspace: AugmentationWorkspace())
        }
      }
    }
    return (image, label)
  }

  private struct StoredPatch: Equatable {
    var image: [Float]
    var label: [UInt8]

    init(_ voxels: (image: [Float], label: [UInt8])) { (image, label) = voxels }

    init(_ reader: ShardReader, _ patch: Int) throws {
      image = [Float](repeating: .nan, count: reader.layout.imageCount)
      label = [UInt8](repeating: 255, count: reader.layout.labelBytes)
      let decoder = ShardDecoder(reader.layout)
      try image.withUnsafeMutableBufferPointer { try reader.readImage(patch, into: $0, using: decoder) }
      try label.withUnsafeMutableBufferPointer { try reader.readLabel(patch, into: $0, using: decoder) }
    }
  }
}

private struct Unheard: ShardObserver {
  func entered(_ step: String) {}
  func began(patches: Int, bytes: Int) {}
  func cut(patchOf file: String, bytes: Int) {}
  func finished(_ report: ShardFileReport) {}
}
