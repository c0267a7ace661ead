import Datasets
import Preprocessing
import Volumes

extension PipelineConfig {
  /// The pipeline as a pipeline file would say it.
  func json(_ detail: KeyDetail) -> JSONValue {
    var keys: [String: JSONValue] = [
      "name": .text(name), "dataset": dataset.json(detail), "preprocess": .array(preprocess.map { $0.json(detail) }),
      "folds": folds.json(detail), "shards": shards.json(detail),
      "stream": stream.json(detail),
    ]
    if !patches.isEmpty { keys["patches"] = .array(patches.map { $0.json(detail) }) }
    if let augment { keys["augment"] = augment.json(detail) }
    if let train { keys["train"] = train.json(detail) }
    return .object(keys)
  }
}

extension DatasetConfig {
  func json(_ detail: KeyDetail) -> JSONValue {
    var keys = KeyWriter(detail)
    keys.put("layout", .text(layout.name.rawValue))
    keys.put("channels", .array(channels.map { .text($0) }))
    if case .pairs(let layout) = layout {
      keys.put("images", .array(layout.images.map { .text($0.description) }))
      if let label = layout.label { keys.put("label", .text(label.description)) }
    }
    keys.put(
      "labels", .object(.init(uniqueKeysWithValues: labels.classes.map { ($0.name, .number(Double($0.value))) })))
    keys.put("label_map", labels.mapJSON, default: LabelScheme(classes: labels.classes).mapJSON)
    keys.put("unlabelled", .text(unlabelled.rawValue), default: .text(UnlabelledRule.keep.rawValue))
    keys.put("exclude", .array(exclude.map(\.json)), default: .array([]))
    keys.put("nonfinite", nonfinite.json, default: NonfinitePolicy.fail.json)
    return keys.object
  }
}

extension LabelScheme {
  fileprivate var mapJSON: JSONValue {
    var members = Dictionary(uniqueKeysWithValues: map.map { ("\($0.key)", JSONValue.number(Double($0.value))) })
    if let rest { members["rest"] = .number(Double(rest)) }
    return .object(members)
  }
}

extension ExclusionRule {
  fileprivate var json: JSONValue {
    let rule: (key: String, value: JSONValue) =
      switch condition {
      case .cases(let selectors): ("cases", .array(selectors.map(\.json)))
      case .classAbsent(let label): ("class_absent", .text(label.name))
      }
    return .object([rule.key: rule.value, "reason": .text(reason)])
  }
}

extension CaseSelector {
  fileprivate var json: JSONValue {
    switch self {
    case .number(let number): .number(Double(number))
    case .identifier(let identifier): .text(identifier)
    }
  }
}

extension NonfinitePolicy {
  fileprivate var json: JSONValue {
    switch self {
    case .fail: .text("fail")
    case .replace(let value): .number(value)
    }
  }
}

extension FoldsConfig {
  func json(_ detail: KeyDetail) -> JSONValue {
    let standard = FoldsConfig()
    var keys = KeyWriter(detail)
    keys.put("scheme", .text(scheme.name.rawValue), default: .text(standard.scheme.name.rawValue))
    if scheme.name != .file {
      keys.put("count", .number(Double(count)), default: .number(Double(standard.count)))
      keys.put("seed", .number(Double(seed)), default: .number(Double(standard.seed)))
    }
    switch scheme {
    case .kfold(let keep): keys.put("keep", .bool(keep), default: .bool(false))
    case .stratified(.volume(let label, let isDefault)):
      keys.put("by", .text(label.name), default: isDefault ? .text(label.name) : nil)
    case .stratified(.attribute(let name)): keys.put("by", .text(name))
    // What a file is called decides nothing: digests are made of what is in it.
    case .grouped(let file, let column):
      keys.put("groups", .text(file), default: .text(file))
      keys.put("column", .text(column))
    case .file(let file): keys.put("file", .text(file), default: .text(file))
    }
    return keys.object
  }
}

extension Stage {
  func json(_ detail: KeyDetail) -> JSONValue {
    var keys = KeyWriter(detail)
    switch self {
    case .resample(let resample): resample.put(in: &keys)
    case .clip(let range): range.put(in: &keys)
    case .clipChannels(let ranges): keys.put("channels", .array(ranges.map(\.json)))
    case .clipDataset(let clip): clip.put(in: &keys)
    case .zscore(let statistics): statistics.put(in: &keys)
    case .crop(let crop):
      keys.put("to", .text(crop.to.rawValue))
      keys.put("margin", crop.margin.json, default: ZYX<Int>.zero.json)
    case .pad(let pad):
      keys.put("shape", pad.shape.json)
      keys.put("value", pad.value.map { .number($0) } ?? .text("minimum"), default: .text("minimum"))
    case .rescale(let rescale):
      keys.put("from", rescale.from?.json ?? .text("volume"), default: .text("volume"))
      keys.put("to", rescale.to.json, default: Rescale().to.json)
    }
    return .object([name.rawValue: keys.object])
  }
}

extension Resampling {
  fileprivate func put(in keys: inout KeyWriter) {
    let standard = Resampling(spacing: spacing)
    keys.put("spacing_mm", spacing.json)
    keys.put("image_order", imageOrder.json, default: standard.imageOrder.json)
    keys.put("label_order", labelOrder.json, default: standard.labelOrder.json)
    keys.put("label_rule", .text(labelRule.rawValue), default: .text(standard.labelRule.rawValue))
    keys.put("shape", .text(shape.rawValue), default: .text(standard.shape.rawValue))
    keys.put("grid", .text(grid.rawValue), default: .text(standard.grid.rawValue))
    keys.put("image_border", .text(imageBorder.rawValue), default: .text(standard.imageBorder.rawValue))
    keys.put("label_border", .text(labelBorder.rawValue), default: .text(standard.labelBorder.rawValue))
  }
}

extension InterpolationOrder {
  fileprivate var json: JSONValue { .number(Double(rawValue)) }
}

extension ZScore {
  fileprivate func put(in keys: inout KeyWriter) {
    switch self {
    case .constants(let normals):
      // A pipeline file gives one pair for all channels.
      for normal in normals.prefix(1) {
        keys.put("constants", .object(["mean": .number(normal.mean), "std": .number(normal.std)]))
      }
    case .volume: keys.put("over", .text("volume"), default: .text("volume"))
    case .nonzero: keys.put("over", .text("nonzero"))
    case .foreground: keys.put("over", .text("foreground"))
    case .dataset(let isFoldSafe):
      keys.put("over", .text("dataset"))
      keys.put("fold_safe", .bool(isFoldSafe), default: .bool(false))
    }
  }
}

extension DatasetClip {
  fileprivate func put(in keys: inout KeyWriter) {
    let standard = DatasetClip()
    keys.put("over", .text("dataset"))
    keys.put("lower_percentile", .number(lowerPercentile), default: .number(standard.lowerPercentile))
    keys.put("upper_percentile", .number(upperPercentile), default: .number(standard.upperPercentile))
    keys.put("fold_safe", .bool(isFoldSafe), default: .bool(false))
  }
}

extension ClosedRange<Double> {
  var json: JSONValue { .object(["lower": .number(lowerBound), "upper": .number(upperBound)]) }

  fileprivate func put(in keys: inout KeyWriter) {
    keys.put("lower", .number(lowerBound))
    keys.put("upper", .number(upperBound))
  }
}
