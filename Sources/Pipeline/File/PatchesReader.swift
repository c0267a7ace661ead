import Augmentation
import Shards
import Volumes

/// The `patches` section: a list of sets.
struct PatchesReader {
  /// Channels of an image.
  let channels: Int
  /// How patches will be stored, which decides how large they may be.
  let shards: ShardsConfig
  /// What makes augmented versions; nil where the pipeline says nothing of it.
  let augment: AugmentConfig?

  func read(_ value: FileValue) throws(PipelineError) -> [PatchSet] {
    var sets: [PatchSet] = []
    for item in try value.items(of: "patch sets") {
      let set = try self.set(item)
      // File systems that take A for a must not put two sets into one folder.
      guard !sets.contains(where: { $0.name.lowercased() == set.name.lowercased() }) else {
        throw try MappingCursor(item, accepting: Self.allKeys).required("set").refusal(
          "is there twice", expected: "a name of its own for each set")
      }
      sets.append(set)
    }
    guard !sets.isEmpty else { throw value.refusal("is empty", expected: "at least one patch set") }
    return sets
  }

  /// The ways to choose windows, as the pipeline file calls them.
  enum Sampling: String, CaseIterable { case random, grid }

  private static func keys(of sampling: Sampling) -> [String] {
    switch sampling {
    case .random: ["set", "sampling", "shape", "per_case", "foreground", "margin", "seed", "skip_blank", "variants"]
    case .grid: ["set", "sampling", "shape", "overlap", "margin", "skip_blank", "variants"]
    }
  }

  private static let allKeys = [
    "set", "sampling", "shape", "per_case", "foreground", "overlap", "margin", "seed", "skip_blank", "variants",
  ]

  private func set(_ item: FileValue) throws(PipelineError) -> PatchSet {
    let section = try MappingCursor(item, accepting: Self.allKeys)
    let name = try name(section.required("set"))
    let sampling: Sampling = try section.required("sampling").choice()
    try section.refuseKeys(thatDoNotGoWith: sampling, called: "sampling", keys: Self.keys)
    let shape = try section.required("shape")
    var set = PatchSet(name: name, sampling: .grid(overlap: .zero), shape: try voxels(shape, from: 1))
    if let margin = section.optional("margin") { set.margin = try voxels(margin, from: 0) }
    if let skip = section.optional("skip_blank") { set.skipsBlank = try skip.truth() }
    switch sampling {
    case .random: set.sampling = .random(try random(section))
    case .grid:
      if let overlap = section.optional("overlap") { set.sampling = .grid(overlap: try self.overlap(overlap, set)) }
    }
    if let value = section.optional("variants") { set.variants = try variants(value, of: set, section) }
    try check(set, shape)
    return set
  }

  private func name(_ value: FileValue) throws(PipelineError) -> String {
    let name = try value.text()
    let isSafe = name.utf8.allSatisfy { byte in
      let character = Character(UnicodeScalar(byte))
      return byte < 0x80 && (character.isLetter || character.isNumber || character == "_" || character == "-")
    }
    guard isSafe, name.count <= 64, !name.hasPrefix("-") else {
      throw value.refusal(
        "is no name for a folder", expected: "at most 64 letters, digits, _ and -, no - at the beginning")
    }
    return name
  }

  private func voxels(_ value: FileValue, from lowest: Int) throws(PipelineError) -> ZYX<Int> {
    try value.zyx { axis throws(PipelineError) in try axis.integer(in: lowest...8192, unit: "voxels") }
  }

  private func random(_ section: MappingCursor) throws(PipelineError) -> RandomSampling {
    var random = RandomSampling(perCase: try section.required("per_case").integer(in: 1...100_000, unit: "patches"))
    if let foreground = section.optional("foreground") { random.foreground = try foreground.number(in: 0...1) }
    if let seed = section.optional("seed") { random.seed = UInt32(try seed.integer(in: 0...Int(UInt32.max))) }
    return random
  }

  private func overlap(_ value: FileValue, _ set: PatchSet) throws(PipelineError) -> ZYX<Int> {
    let overlap = try voxels(value, from: 0)
    let axes = try MappingCursor(value, accepting: ["z", "y", "x"])
    for axis in [SpatialAxis.z, .y, .x] where overlap[axis] >= set.shape[axis] {
      throw try axes.required("\(axis)").refusal(
        "is not smaller than the patch", expected: "at most \(set.shape[axis] - 1) voxels")
    }
    return overlap
  }

  private func variants(
    _ value: FileValue, of set: PatchSet, _ section: MappingCursor
  ) throws(PipelineError) -> Int {
    let variants = try value.integer(in: 1...1000, unit: "versions")
    if let margin = section.optional("margin") {
      throw margin.refusal(
        "does not go with `variants`", expected: "no margin",
        advice: "augmented versions are made from the prepared case around each patch, as far as they read")
    }
    guard let augment else {
      throw value.refusal(
        "needs the section `augment`", expected: "what to augment with", found: "no such section",
        advice: "for example `augment: {preset: miscnn}`")
    }
    var shift = ZYX<Int>.zero
    for case .jitter(let jitter) in augment.transforms {
      guard let voxels = jitter.voxels else {
        throw value.refusal(
          "does not go with a jitter that goes as far as the margin", expected: "a jitter that says how far",
          found: "no margin", advice: "give the transform jitter its `voxels: {z, y, x}`")
      }
      shift = ZYX { shift[$0] + voxels[$0] }
    }
    // A patch that is moved by less than half its length still lies on its case, however small that is.
    guard SpatialAxis.allCases.allSatisfy({ 2 * shift[$0] < set.shape[$0] || shift[$0] == 0 }) else {
      throw value.refusal(
        "does not go with so much jitter", expected: "less than half of the patch, \(set.shape)", found: "\(shift)",
        advice: "give the transform jitter smaller `voxels`")
    }
    return variants
  }

  private func check(_ set: PatchSet, _ shape: FileValue) throws(PipelineError) {
    let bytes = set.imageBytes(channels: channels, as: shards.image)
    guard bytes <= ShardLayout.largestPatch else {
      throw shape.refusal(
        "makes patches that are too large", expected: "at most \(ShardLayout.largestPatch) bytes",
        found: "\(channels) x \(set.storedShape) values of \(shards.image.rawValue), \(bytes) bytes with the margin",
        advice: "choose a smaller shape or margin")
    }
  }
}

extension PatchSet {
  /// Bytes of a stored patch's image.
  func imageBytes(channels: Int, as type: ShardLayout.ImageType) -> Int {
    channels * storedShape.count * type.bytes
  }
}

extension ZYX<Int> {
  /// Nothing along each axis.
  static let zero = ZYX(z: 0, y: 0, x: 0)
}
