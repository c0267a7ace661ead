import Preprocessing
import Volumes

/// The `preprocess` section: a list of stages, each a name with its parameters.
enum StageReader {
  static func read(_ value: FileValue) throws(PipelineError) -> [Stage] {
    var stages: [Stage] = []
    for item in try value.items(of: "stages") {
      let stage = try stage(item)
      try check(stage, after: stages, at: item)
      stages.append(stage)
    }
    return stages
  }

  /// The data set's numbers are those of raw intensities, and those of a fold are applied by whoever reads it.
  private static func check(_ stage: Stage, after before: [Stage], at item: FileValue) throws(PipelineError) {
    if stage.overDataset != nil, let scaling = before.first(where: \.scales) {
      throw item.refusal(
        "comes too late", expected: "stages over the data set before any that scales",
        found: "\(stage.name.rawValue) over the data set's raw intensities after \(scaling.name.rawValue)")
    }
    if before.contains(where: { $0.overDataset?.isFoldSafe == true }), stage.overDataset?.isFoldSafe != true {
      throw item.refusal(
        "comes after a fold_safe stage", expected: "nothing but other fold_safe stages", found: stage.name.rawValue,
        advice: "move it before them")
    }
  }

  private static func stage(_ item: FileValue) throws(PipelineError) -> Stage {
    let names = StageName.allCases.map(\.rawValue)
    let entry: (key: FileValue, name: String, value: FileValue)
    if case .text(let name) = item.scalar {
      entry = (item, name, FileValue(node: .init(""), file: item.file, path: name, line: item.place.line))
    } else {
      let entries = try item.entries(of: "with one key, the stage's name")
      guard let first = entries.first, entries.count == 1 else {
        let found = entries.isEmpty ? "nothing" : entries.map(\.name).joined(separator: ", ")
        throw .unacceptable(
          item.place, key: item.path, problem: "is not one stage", found: found, expected: "one stage",
          advice: "put each stage in an item of its own, and indent its parameters")
      }
      entry = first
    }
    guard let name = StageName(rawValue: entry.name) else {
      throw .unknownKey(entry.key.place, key: entry.name, accepted: names)
    }
    // Messages name the parameter as `clip_hu.lower`: the line tells which of several such stages is meant.
    return try stage(
      name, FileValue(node: entry.value.node, file: item.file, path: name.rawValue, line: entry.key.place.line))
  }

  private static func stage(_ name: StageName, _ value: FileValue) throws(PipelineError) -> Stage {
    switch name {
    case .resample: .resample(try resample(value))
    case .clip: try clip(value)
    case .zscore: .zscore(try zscore(value))
    case .crop: .crop(try crop(value))
    case .pad: .pad(try pad(value))
    case .rescale: .rescale(try rescale(value))
    }
  }

  private static func resample(_ value: FileValue) throws(PipelineError) -> Resampling {
    let stage = try MappingCursor(
      value,
      accepting: [
        "spacing_mm", "image_order", "label_order", "label_rule", "shape", "grid", "image_border", "label_border",
      ])
    let spacing = try stage.required("spacing_mm").zyx { axis throws(PipelineError) in
      try axis.number(in: 0.01...1000, unit: "mm")
    }
    var resample = Resampling(spacing: spacing)
    if let order = stage.optional("image_order") { resample.imageOrder = try order.choice(InterpolationOrder.allCases) }
    if let order = stage.optional("label_order") {
      resample.labelOrder = try order.choice([InterpolationOrder.nearest, .linear])
    }
    if let rule = stage.optional("label_rule") {
      resample.labelRule = try rule.choice()
      if resample.labelRule != .threshold, resample.labelOrder == .nearest {
        throw rule.refusal(
          "has no effect with label_order 0", expected: "label_order 1 beside it", advice: "remove one of the two")
      }
    }
    if let shape = stage.optional("shape") { resample.shape = try shape.choice() }
    if let grid = stage.optional("grid") { resample.grid = try grid.choice() }
    if let border = stage.optional("image_border") { resample.imageBorder = try border.choice() }
    if let border = stage.optional("label_border") { resample.labelBorder = try border.choice() }
    return resample
  }

  private static func clip(_ value: FileValue) throws(PipelineError) -> Stage {
    let bounds = ["lower", "upper"]
    let percentiles = ["over", "lower_percentile", "upper_percentile", "fold_safe"]
    let stage = try MappingCursor(value, accepting: bounds + percentiles)
    guard let over = stage.optional("over") else {
      for key in percentiles { if let stray = stage.optional(key) { throw lacksDataset(stray) } }
      return .clip(try range(value))
    }
    _ = try over.choice([Word("dataset")])
    for key in bounds {
      if let stray = stage.optional(key) {
        throw stray.refusal("is there beside `over: dataset`", expected: "one of the two", advice: "remove one")
      }
    }
    var clip = DatasetClip(isFoldSafe: try stage.optional("fold_safe")?.truth() ?? false)
    if let lower = stage.optional("lower_percentile") {
      clip.lowerPercentile = try lower.number(in: 0...100, unit: "%")
    }
    if let upper = stage.optional("upper_percentile") {
      clip.upperPercentile = try upper.number(in: 0...100, unit: "%")
    }
    guard clip.lowerPercentile < clip.upperPercentile else {
      throw value.refusal(
        "leaves nothing", expected: "an upper_percentile above the lower one",
        found: "\(JSONValue.text(of: clip.lowerPercentile)) and \(JSONValue.text(of: clip.upperPercentile))")
    }
    return .clipDataset(clip)
  }

  private static func lacksDataset(_ value: FileValue) -> PipelineError {
    value.refusal("has no effect here", expected: "`over: dataset` beside it", advice: "remove it")
  }

  private static func range(_ value: FileValue) throws(PipelineError) -> ClosedRange<Double> {
    let range = try MappingCursor(value, accepting: ["lower", "upper"])
    let (lower, upper) = (try range.required("lower"), try range.required("upper"))
    let ends = (lower: try lower.number(), upper: try upper.number())
    guard ends.lower < ends.upper else {
      throw upper.refusal("is not above `lower`", expected: "a number above \(JSONValue.text(of: ends.lower))")
    }
    return ends.lower...ends.upper
  }

  private static func zscore(_ value: FileValue) throws(PipelineError) -> ZScore {
    let stage = try MappingCursor(value, accepting: ["over", "constants", "fold_safe"])
    let foldSafe = stage.optional("fold_safe")
    let zscore = try zscore(stage)
    guard let foldSafe else { return zscore }
    guard case .dataset = zscore else { throw lacksDataset(foldSafe) }
    return .dataset(isFoldSafe: try foldSafe.truth())
  }

  private static func zscore(_ stage: MappingCursor) throws(PipelineError) -> ZScore {
    if let constants = stage.optional("constants") {
      guard let over = stage.optional("over") else { return try self.constants(constants) }
      throw over.refusal("is there beside `constants`", expected: "one of the two", advice: "remove one")
    }
    guard let over = stage.optional("over") else { return .volume }
    if case .mapping = over.node {
      return try constants(MappingCursor(over, accepting: ["constants"]).required("constants"))
    }
    let choices = ["volume", "nonzero", "foreground", "dataset"]
    return switch try over.choice(choices.map { Word($0) }, or: "a mapping with the key constants").rawValue {
    case "nonzero": .nonzero
    case "foreground": .foreground
    case "dataset": .dataset(isFoldSafe: false)
    default: .volume
    }
  }

  private static func constants(_ value: FileValue) throws(PipelineError) -> ZScore {
    let constants = try MappingCursor(value, accepting: ["mean", "std"])
    let (mean, std) = (try constants.required("mean"), try constants.required("std"))
    let numbers = (mean: try mean.number(), std: try std.number())
    // A voxel is divided by it, so a vanishing one would overflow float32.
    guard numbers.std >= 1e-6 else { throw std.refusal("is out of range", expected: "a number of at least 1e-6") }
    return .constants([ZScore.Normal(mean: numbers.mean, std: numbers.std)])
  }

  private static func crop(_ value: FileValue) throws(PipelineError) -> Crop {
    let stage = try MappingCursor(value, accepting: ["to", "margin"])
    var crop = Crop(to: try stage.required("to").choice())
    if let margin = stage.optional("margin") {
      crop.margin = try margin.zyx { axis throws(PipelineError) in try axis.integer(in: 0...8192, unit: "voxels") }
    }
    return crop
  }

  private static func pad(_ value: FileValue) throws(PipelineError) -> Pad {
    let stage = try MappingCursor(value, accepting: ["shape", "value"])
    let shape = try stage.required("shape").zyx { axis throws(PipelineError) in
      try axis.integer(in: 1...8192, unit: "voxels")
    }
    guard let fill = stage.optional("value") else { return Pad(shape: shape) }
    if case .text = fill.scalar {
      _ = try fill.choice([Word("minimum")], or: "a number")
      return Pad(shape: shape)
    }
    return Pad(shape: shape, value: try fill.number(kind: "a number or minimum"))
  }

  private static func rescale(_ value: FileValue) throws(PipelineError) -> Rescale {
    let stage = try MappingCursor(value, accepting: ["from", "to"])
    var rescale = Rescale()
    if let from = stage.optional("from") {
      if case .text = from.scalar {
        _ = try from.choice([Word("volume")], or: "a mapping with the keys lower, upper")
      } else {
        rescale.from = try range(from)
      }
    }
    if let to = stage.optional("to") { rescale.to = try range(to) }
    return rescale
  }
}

/// A word that a value may be, where the words are no type of their own.
struct Word: RawRepresentable {
  let rawValue: String
  init(rawValue: String) { self.rawValue = rawValue }
  init(_ word: String) { rawValue = word }
}
