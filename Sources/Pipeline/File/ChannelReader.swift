import Datasets

/// The keys `layout`, `channels`, `images` and `label` of a data set: how its files lie and which of them are wanted.
enum ChannelReader {
  /// The keys that only `layout: pairs` has.
  static let patternKeys = ["images", "label"]

  static func read(_ section: MappingCursor) throws(PipelineError) -> (layout: DatasetLayout, channels: [String]) {
    let name: DatasetLayout.Name = try section.required("layout").choice()
    let channels = try self.channels(section.required("channels"), of: name)
    if name != .pairs, let key = patternKeys.first(where: section.keys.contains) {
      throw (section.optional(key) ?? section.value).refusal(
        "does not go with the layout \(name.rawValue)", expected: "no patterns", found: key,
        advice: "`images` and `label` belong to the layout pairs")
    }
    switch name {
    case .kits19: return (.kits19, channels)
    case .brats20: return (.brats20, channels)
    case .nnunet: return (.nnunet, channels)
    case .msd: return (.msd, channels)
    case .pairs: return (.pairs(try pairs(section, channels)), channels)
    }
  }

  private static func channels(
    _ value: FileValue, of layout: DatasetLayout.Name
  ) throws(PipelineError) -> [String] {
    let items = try value.items(of: "channel names")
    var channels: [String] = []
    for item in items {
      let name = try item.text()
      guard !channels.contains(name) else {
        throw item.refusal("is there twice", expected: "each channel once")
      }
      channels.append(name)
    }
    if layout == .kits19, channels.count != 1 {
      throw value.refusal(
        "does not fit the layout kits19", expected: "1, one for each image of a case",
        found: "\(channels.count) channels")
    }
    if let known = layout.knownChannels { try check(items, against: known, of: layout) }
    guard !channels.isEmpty else {
      let some =
        switch layout {
        case .nnunet, .msd: "some of dataset.json's"
        default:
          layout.knownChannels.map { "some of \($0.joined(separator: ", "))" } ?? "a name for each image of a case"
        }
      throw value.refusal("is empty", expected: "\(some), in the order of the prepared image")
    }
    return channels
  }

  private static func check(
    _ items: [FileValue], against known: [String], of layout: DatasetLayout.Name
  ) throws(PipelineError) {
    for item in items {
      let name = try item.text()
      guard !known.contains(name) else { continue }
      throw item.refusal(
        "is not a channel of the layout \(layout.rawValue)", expected: FileValue.alternatives(known),
        advice: NearestName.to(name, among: known).map { "did you mean \($0)?" } ?? "")
    }
  }

  private static func pairs(_ section: MappingCursor, _ channels: [String]) throws(PipelineError) -> PairsLayout {
    let images = try section.required("images")
    var patterns: [CasePattern] = []
    for item in try images.items(of: "patterns, one for each channel") {
      let pattern = try self.pattern(item)
      guard !patterns.contains(pattern) else { throw item.refusal("is there twice", expected: "each pattern once") }
      patterns.append(pattern)
    }
    guard patterns.count == channels.count else {
      throw images.refusal(
        "does not fit the channels", expected: "\(channels.count), one for each of \(channels.joined(separator: ", "))",
        found: "\(patterns.count) \(patterns.count == 1 ? "pattern" : "patterns")")
    }
    guard let value = section.optional("label") else { return PairsLayout(images: patterns, label: nil) }
    let label = try pattern(value)
    guard !patterns.contains(label) else {
      throw value.refusal("is the pattern of an image too", expected: "the labels' own")
    }
    return PairsLayout(images: patterns, label: label)
  }

  private static func pattern(_ value: FileValue) throws(PipelineError) -> CasePattern {
    if case .mapping = value.node {
      throw value.refusal(
        "has the wrong type", expected: "a pattern", advice: "put it in quotes: {case} alone is a mapping in YAML")
    }
    do {
      return try CasePattern(value.text())
    } catch let refusal as CasePattern.Refusal {
      throw value.refusal(refusal.problem, expected: refusal.expected)
    } catch let error as PipelineError {
      throw error
    } catch {
      preconditionFailure("reading a pattern threw \(error)")
    }
  }
}
