import Augmentation
import Volumes

/// The `augment` section: a preset, or a list of transforms.
enum AugmentReader {
  static func read(_ value: FileValue) throws(PipelineError) -> AugmentConfig {
    if case .sequence = value.node { return AugmentConfig(source: .list(try transforms(value))) }
    let section = try MappingCursor(
      value, accepting: ["preset", "transforms", "image_order", "label_rule", "border", "statistics"])
    var config = AugmentConfig(source: try source(section))
    if let order = section.optional("image_order") {
      config.sampling.imageOrder = try order.choice(SpatialSampling.Order.allCases)
    }
    if let rule = section.optional("label_rule") { config.sampling.labelRule = try rule.choice() }
    if let border = section.optional("border") { config.sampling.border = try border.choice() }
    if let statistics = section.optional("statistics") { config.statistics = try statistics.choice() }
    return config
  }

  private static func source(_ section: MappingCursor) throws(PipelineError) -> AugmentConfig.Source {
    guard let list = section.optional("transforms") else { return .preset(try section.required("preset").choice()) }
    if let preset = section.optional("preset") {
      throw preset.refusal("is there beside `transforms`", expected: "one of the two", advice: "remove one")
    }
    return .list(try transforms(list))
  }

  private static func transforms(_ value: FileValue) throws(PipelineError) -> [Transform] {
    var transforms: [Transform] = []
    for item in try value.items(of: "transforms") { transforms.append(try transform(item)) }
    do {
      _ = try Augmenter(transforms: transforms, patchShape: Shape(z: 1, y: 1, x: 1))
    } catch {
      throw value.refusal("does not go together", expected: "transforms that do", found: "\(error)")
    }
    return transforms
  }

  private static func transform(_ item: FileValue) throws(PipelineError) -> Transform {
    let names = Transform.Name.allCases.map(\.rawValue)
    // A transform without parameters may stand there as its name alone.
    if case .text = item.scalar {
      let name = try item.choice(Transform.Name.allCases)
      return Transform.standard(name)
    }
    let entry = try MappingCursor(item, accepting: names)
    guard let key = entry.keys.first, entry.keys.count == 1, let name = Transform.Name(rawValue: key),
      let parameters = entry.optional(key)
    else {
      throw item.refusal(
        "is no transform", expected: "one of \(names.joined(separator: ", ")), with its parameters",
        found: entry.keys.isEmpty ? "nothing" : entry.keys.joined(separator: ", "),
        advice: entry.keys.count > 1 ? "begin each with a dash of its own" : "")
    }
    return try Transform.standard(name).read(parameters)
  }
}

extension Transform {
  /// The transform with the parameters that it has when none are given.
  static func standard(_ name: Name) -> Transform {
    switch name {
    case .rotation: .rotation(Rotation())
    case .mirror: .mirror(Mirror())
    case .scale: .scale(Scale())
    case .elastic: .elastic(Elastic())
    case .jitter: .jitter(Jitter())
    case .brightnessMultiplicative: .brightnessMultiplicative(BrightnessMultiplicative())
    case .brightnessAdditive: .brightnessAdditive(BrightnessAdditive())
    case .contrast: .contrast(Contrast())
    case .gamma: .gamma(Gamma())
    case .gaussianNoise: .gaussianNoise(GaussianNoise())
    case .gaussianBlur: .gaussianBlur(GaussianBlur())
    case .simulatedLowResolution: .simulatedLowResolution(SimulatedLowResolution())
    }
  }

  /// The transform with the parameters that a file gives; the others stay.
  func read(_ value: FileValue) throws(PipelineError) -> Transform {
    let read: Transform =
      switch self {
      case .rotation(let it): .rotation(try Self.read(value, it, TransformField.all))
      case .mirror(let it): .mirror(try Self.read(value, it, TransformField.all))
      case .scale(let it): .scale(try Self.read(value, it, TransformField.all))
      case .elastic(let it): .elastic(try Self.read(value, it, TransformField.all))
      case .jitter(let it): .jitter(try Self.read(value, it, TransformField.all))
      case .brightnessMultiplicative(let it): .brightnessMultiplicative(try Self.read(value, it, TransformField.all))
      case .brightnessAdditive(let it): .brightnessAdditive(try Self.read(value, it, TransformField.all))
      case .contrast(let it): .contrast(try Self.read(value, it, TransformField.all))
      case .gamma(let it): .gamma(try Self.read(value, it, TransformField.all))
      case .gaussianNoise(let it): .gaussianNoise(try Self.read(value, it, TransformField.all))
      case .gaussianBlur(let it): .gaussianBlur(try Self.read(value, it, TransformField.all))
      case .simulatedLowResolution(let it): .simulatedLowResolution(try Self.read(value, it, TransformField.all))
      }
    do { try read.check() } catch {
      guard case .parameter(_, let key, let found, let expected) = error else {
        throw value.refusal("is not possible", expected: "another", found: "\(error)")
      }
      let mapping = try value.entries(of: "with parameters").first { $0.name == key }?.value
      throw (mapping ?? value).refusal("is out of range", expected: "within \(expected)", found: found)
    }
    return read
  }

  private static func read<Parameters>(
    _ value: FileValue, _ standard: Parameters, _ fields: [TransformField<Parameters>]
  ) throws(PipelineError) -> Parameters {
    let section = try MappingCursor(value, accepting: fields.map(\.key))
    var parameters = standard
    for field in fields {
      if let given = section.optional(field.key) { try field.read(given, &parameters) }
    }
    return parameters
  }

  /// The transform as a pipeline file says it.
  func json(_ detail: KeyDetail) -> JSONValue {
    let keys =
      switch self {
      case .rotation(let it): Self.keys(detail, it, Rotation(), TransformField.all)
      case .mirror(let it): Self.keys(detail, it, Mirror(), TransformField.all)
      case .scale(let it): Self.keys(detail, it, Scale(), TransformField.all)
      case .elastic(let it): Self.keys(detail, it, Elastic(), TransformField.all)
      case .jitter(let it): Self.keys(detail, it, Jitter(), TransformField.all)
      case .brightnessMultiplicative(let it): Self.keys(detail, it, BrightnessMultiplicative(), TransformField.all)
      case .brightnessAdditive(let it): Self.keys(detail, it, BrightnessAdditive(), TransformField.all)
      case .contrast(let it): Self.keys(detail, it, Contrast(), TransformField.all)
      case .gamma(let it): Self.keys(detail, it, Gamma(), TransformField.all)
      case .gaussianNoise(let it): Self.keys(detail, it, GaussianNoise(), TransformField.all)
      case .gaussianBlur(let it): Self.keys(detail, it, GaussianBlur(), TransformField.all)
      case .simulatedLowResolution(let it): Self.keys(detail, it, SimulatedLowResolution(), TransformField.all)
      }
    return .object([name.rawValue: keys])
  }

  private static func keys<Parameters>(
    _ detail: KeyDetail, _ parameters: Parameters, _ standard: Parameters, _ fields: [TransformField<Parameters>]
  ) -> JSONValue {
    var keys = KeyWriter(detail)
    for field in fields {
      let value = field.write(parameters)
      // What is not given at all has no value that could be written.
      if value != .null { keys.put(field.key, value, default: field.write(standard)) }
    }
    return keys.object
  }
}
