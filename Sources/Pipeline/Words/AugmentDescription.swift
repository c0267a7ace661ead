import Augmentation

/// Augmentation in words.
enum AugmentDescription {
  static func lines(of augment: AugmentConfig) -> [String] {
    let source =
      switch augment.source {
      case .preset(let preset): "the preset \(preset.rawValue), in this order:"
      case .list: "in this order:"
      }
    let transforms = augment.transforms.map { "  " + line(of: $0) }
    let order =
      switch augment.sampling.imageOrder {
      case .nearest: "the nearest voxel"
      case .linear: "order 1 (linear)"
      case .cubic: "order 3 (B-spline)"
      }
    let border =
      switch augment.sampling.border {
      case .constant: "the pad value and background"
      case .nearest: "the outermost voxels"
      case .mirror: "the patch mirrored"
      }
    return (transforms.isEmpty ? ["nothing happens to a patch"] : [source] + transforms) + [
      "what moves voxels between two groups of the others is one map, sampled once:",
      "  the image at \(order), the label by \(augment.sampling.labelRule.rawValue), beyond the border \(border)",
      "contrast and gamma go by the statistics of the \(augment.statistics.rawValue)",
    ]
  }

  private static func line(of transform: Transform) -> String {
    guard case .object(let entry) = transform.json(.all), case .object(let keys)? = entry[transform.name.rawValue]
    else { return transform.name.rawValue }
    // What is as anybody would expect it need not be said.
    let expected: [String: JSONValue] = [
      "channel_probability": .number(1), "per_channel": .bool(true), "per_axis": .bool(false),
    ]
    let words = keys.filter { expected[$0.key] != $0.value }.sorted { $0.key < $1.key }
      .map { "\($0.key) \(text($0.value))" }
    return "\(transform.name.rawValue): \(words.joined(separator: ", "))"
  }

  private static func text(_ value: JSONValue) -> String {
    guard case .object(let keys) = value else { return value.canonicalText }
    if let lower = keys["lower"], let upper = keys["upper"] {
      return lower == upper ? text(lower) : "\(text(lower)) to \(text(upper))"
    }
    return ["z", "y", "x"].compactMap { axis in keys[axis].map { "\(axis) \(text($0))" } }.joined(separator: ", ")
  }
}
