import Parallelism
import Prepared
import Shards
import Volumes

/// A patch set with all that is decided before anything is written: its patches, and the files that they go to.
struct PlannedSet: Sendable {
  let set: PatchSet
  let layout: ShardLayout
  /// The labelled cases, in order of identifiers.
  let cases: [PatchedCase]
  let files: [ShardFile]
  /// What makes the augmented versions that the set holds; nil where its patches are as they were prepared.
  let variants: PatchVariants?
  /// The most memory that making a version takes a thread; 0 where there are none.
  let variantBytes: Int

  /// Patches in all.
  var patches: Int { cases.reduce(0) { $0 + $1.patches.count } }

  /// Bytes of a stored patch before compression.
  var patchBytes: Int { layout.imageBytes + layout.labelBytes }

  /// More patches of one case than anybody could mean: their descriptions alone would fill the memory.
  static let mostPatches = 1_000_000

  /// Looks at each labelled case once, in parallel, and chooses its patches for every set.
  /// - Throws: `ShardingError`, `ShardError`, and what reading a case throws.
  static func plan(_ plan: Plan, of prepared: PreparedFolder, on workers: Workers) throws -> [PlannedSet] {
    let (config, cases) = (plan.config, prepared.labelled)
    let layouts = try config.patches.map { set in
      try ShardLayout(
        channels: config.dataset.channels.count, shape: set.shape, margin: set.margin, image: config.shards.image,
        compression: config.shards.compression, classes: config.dataset.labels.names.count)
    }
    let variants = try config.patches.map { try PatchVariants(of: $0, by: config.augment) }
    try check(cases, plan)
    let chosen = try workers.map(cases.count, helping: true) { index in
      try choose(config.patches, variants, of: cases[index], in: prepared)
    }
    return config.patches.indices.map { number in
      let patched = zip(cases, chosen).map { entry, chosen in
        PatchedCase(chosen.description, fold: entry.fold, patches: chosen.patches[number])
      }
      let largest = chosen.map { $0.largestSource[number] }.max() ?? 0
      return PlannedSet(
        set: config.patches[number], layout: layouts[number], cases: patched,
        files: ShardFile.plan(set: config.patches[number].name, cases: patched, limit: config.shards.filePatches),
        variants: variants[number],
        variantBytes: PatchVariants.bytes(source: largest, channels: config.dataset.channels.count))
    }
  }

  /// What the manifest alone tells of sets that cannot be made.
  private static func check(_ cases: [Manifest.Case], _ plan: Plan) throws {
    let half = 65504.0  // the largest number of IEEE 754 binary16
    for entry in cases where plan.config.shards.image == .float16 {
      let largest = entry.statistics.channels.map { max(abs($0.minimum), abs($0.maximum)) }.max() ?? 0
      if largest > half { throw ShardError.tooLarge(caseIdentifier: entry.caseIdentifier, found: Float(largest)) }
    }
    for set in plan.config.patches {
      if set.needsForeground, cases.allSatisfy({ !$0.hasForeground }) {
        throw ShardingError.noForeground(set: set.name, cases: cases.count)
      }
      let sampler = PatchSampler(set)
      for entry in cases {
        let places = sampler.mostPatches(in: Shape(z: entry.shape[0], y: entry.shape[1], x: entry.shape[2]))
        let patches = places * max(1, set.variants)
        guard patches <= mostPatches else {
          throw ShardingError.tooManyPatches(
            set: set.name, caseIdentifier: entry.caseIdentifier, found: patches, most: mostPatches)
        }
      }
    }
  }

  private struct Chosen: Sendable {
    var description: ShardCase
    /// For each set.
    var patches: [[ShardPatch]]
    /// Voxels of the largest source of an augmented version, for each set.
    var largestSource: [Int]
  }

  private static func choose(
    _ sets: [PatchSet], _ variants: [PatchVariants?], of entry: Manifest.Case, in prepared: PreparedFolder
  ) throws -> Chosen {
    let mapped = try MappedCase(path: prepared.file(of: entry))
    let shape = mapped.description.shape
    guard mapped.description.caseIdentifier == entry.caseIdentifier, [shape.z, shape.y, shape.x] == entry.shape,
      mapped.description.channels == prepared.manifest.channels.count,
      mapped.description.statistics.channels.count == mapped.description.channels, mapped.label != nil
    else {
      throw ShardingError.changedCase(
        path: prepared.file(of: entry), what: "is another case than the manifest speaks of",
        found: "\(mapped.description.caseIdentifier) \(shape)", expected: "\(entry.caseIdentifier) \(entry.shape)",
        others: 0)
    }
    let isNeeded = sets.contains(where: \.needsForeground)
    let foreground = isNeeded ? mapped.label.map { ForegroundIndex(label: $0, shape: shape) } : nil
    let chosen = try zip(sets, variants).map { set, variants in
      let patches = PatchSampler(set).patches(of: entry.caseIdentifier, shape: shape, foreground: foreground)
      guard let variants else { return (patches: patches, largestSource: 0) }
      return try variants.versions(of: patches, in: shape, channels: mapped.description.channels)
    }
    return Chosen(
      description: ShardCase(mapped.description, preparedHash: entry.sha256), patches: chosen.map(\.patches),
      largestSource: chosen.map(\.largestSource))
  }
}

extension Manifest.Case {
  /// Whether the prepared label has a voxel that is not background.
  var hasForeground: Bool { (statistics.classVoxels ?? []).dropFirst().contains { $0 > 0 } }
}
