import Augmentation
import Volumes

/// A parameter of a transform as a pipeline file has it: how it is read, and how it is written.
struct TransformField<Parameters> {
  let key: String
  let read: (FileValue, inout Parameters) throws(PipelineError) -> Void
  let write: (Parameters) -> JSONValue

  static func number(_ key: String, _ path: WritableKeyPath<Parameters, Double>) -> TransformField {
    TransformField(
      key: key, read: { value, parameters throws(PipelineError) in parameters[keyPath: path] = try value.number() },
      write: { .number($0[keyPath: path]) })
  }

  static func truth(_ key: String, _ path: WritableKeyPath<Parameters, Bool>) -> TransformField {
    TransformField(
      key: key, read: { value, parameters throws(PipelineError) in parameters[keyPath: path] = try value.truth() },
      write: { .bool($0[keyPath: path]) })
  }

  /// `{lower: ..., upper: ...}`, or one number for a range of nothing else.
  static func range(_ key: String, _ path: WritableKeyPath<Parameters, ClosedRange<Double>>) -> TransformField {
    TransformField(
      key: key, read: { value, parameters throws(PipelineError) in parameters[keyPath: path] = try value.range() },
      write: { $0[keyPath: path].json })
  }

  /// What every intensity transform has.
  static func chances(_ path: WritableKeyPath<Parameters, Chances>) -> [TransformField] {
    [
      .number("probability", path.appending(path: \.sample)),
      .number("channel_probability", path.appending(path: \.channel)),
      .truth("per_channel", path.appending(path: \.perChannel)),
    ]
  }
}

extension TransformField<Rotation> {
  static var all: [TransformField] {
    [
      TransformField(
        key: "degrees",
        read: { value, rotation throws(PipelineError) in
          rotation.degrees = try value.perAxis { axis throws(PipelineError) in try axis.range(around: 0) }
        },
        write: { $0.degrees.jsonPerAxis(\.json) }),
      .number("probability", \.probability),
    ]
  }
}

extension TransformField<Mirror> {
  static var all: [TransformField] {
    [
      TransformField(
        key: "probability",
        read: { value, mirror throws(PipelineError) in
          mirror.probability = try value.perAxis { axis throws(PipelineError) in try axis.number() }
        },
        write: { $0.probability.jsonPerAxis { .number($0) } })
    ]
  }
}

extension TransformField<Scale> {
  static var all: [TransformField] {
    [.range("factor", \.factor), .truth("per_axis", \.perAxis), .number("probability", \.probability)]
  }
}

extension TransformField<Elastic> {
  static var all: [TransformField] {
    [
      .range("alpha", \.alpha), .range("sigma", \.sigma), .number("probability", \.probability),
      .truth("avoid_folds", \.avoidsFolds),
      TransformField(
        key: "spacing_mm",
        read: { value, elastic throws(PipelineError) in
          elastic.spacing = try value.zyx { axis throws(PipelineError) in try axis.number(in: 0.01...1000, unit: "mm") }
        },
        write: { $0.spacing?.json ?? .null }),
    ]
  }
}

extension TransformField<Jitter> {
  static var all: [TransformField] {
    [
      TransformField(
        key: "voxels",
        read: { value, jitter throws(PipelineError) in
          jitter.voxels = try value.zyx { axis throws(PipelineError) in
            try axis.integer(in: 0...8192, unit: "voxels")
          }
        },
        write: { $0.voxels?.json ?? .null }),
      .number("probability", \.probability),
    ]
  }
}

extension TransformField<BrightnessMultiplicative> {
  static var all: [TransformField] {
    [.range("factor", \.factor), .truth("balanced", \.isBalanced)] + chances(\.chances)
  }
}

extension TransformField<BrightnessAdditive> {
  static var all: [TransformField] {
    [.number("mean", \.mean), .number("deviation", \.deviation)] + chances(\.chances)
  }
}

extension TransformField<Contrast> {
  static var all: [TransformField] {
    [.range("factor", \.factor), .truth("preserve_range", \.preservesRange)] + chances(\.chances)
  }
}

extension TransformField<Gamma> {
  static var all: [TransformField] {
    [.range("exponent", \.exponent), .truth("invert", \.inverts), .truth("retain_stats", \.retainsStatistics)]
      + chances(\.chances)
  }
}

extension TransformField<GaussianNoise> {
  static var all: [TransformField] { [.range("deviation", \.deviation)] + chances(\.chances) }
}

extension TransformField<GaussianBlur> {
  static var all: [TransformField] { [.range("sigma", \.sigma), .truth("per_axis", \.perAxis)] + chances(\.chances) }
}

extension TransformField<SimulatedLowResolution> {
  static var all: [TransformField] { [.range("zoom", \.zoom), .truth("per_axis", \.perAxis)] + chances(\.chances) }
}

extension FileValue {
  /// `{lower: ..., upper: ...}`, or one number: that one alone, or, `around` a middle, as far to either side.
  fileprivate func range(around middle: Double? = nil) throws(PipelineError) -> ClosedRange<Double> {
    guard case .mapping = node else {
      let number = try number(kind: "a number, or a mapping with the keys lower, upper")
      guard let middle else { return number...number }
      return middle - abs(number)...middle + abs(number)
    }
    let ends = try MappingCursor(self, accepting: ["lower", "upper"])
    let (lower, upper) = (try ends.required("lower").number(), try ends.required("upper").number())
    guard lower <= upper else {
      throw try ends.required("upper").refusal(
        "is below `lower`", expected: "a number of at least \(JSONValue.text(of: lower))")
    }
    return lower...upper
  }

  /// One value for all axes, or a mapping with the keys z, y, x.
  fileprivate func perAxis<Value>(
    _ read: (FileValue) throws(PipelineError) -> Value
  ) throws(PipelineError) -> ZYX<Value> {
    if case .mapping(let mapping) = node, mapping.keys.contains(where: { ["z", "y", "x"].contains($0.string) }) {
      return try zyx(read)
    }
    let value = try read(self)
    return ZYX { _ in value }
  }
}

extension ZYX where Value: Equatable {
  /// One value where all axes have the same.
  fileprivate func jsonPerAxis(_ json: (Value) -> JSONValue) -> JSONValue {
    if z == y, y == x { return json(z) }
    return .object(["z": json(z), "y": json(y), "x": json(x)])
  }
}
