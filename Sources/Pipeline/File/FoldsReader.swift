import Datasets

/// The `folds` section.
enum FoldsReader {
  static func read(_ value: FileValue, of dataset: DatasetConfig) throws(PipelineError) -> FoldsConfig {
    let all = FoldScheme.Name.allCases.flatMap { keys(of: $0) }
    let section = try MappingCursor(
      value, accepting: all.enumerated().filter { all.firstIndex(of: $1) == $0 }.map(\.element))
    let name = try section.optional("scheme").map { value throws(PipelineError) in try scheme(value) } ?? .kfold
    try section.refuseKeys(thatDoNotGoWith: name, called: "scheme", keys: keys)
    var folds = FoldsConfig()
    if let count = section.optional("count") { folds.count = try count.integer(in: 2...1000) }
    if let seed = section.optional("seed") { folds.seed = UInt32(try seed.integer(in: 0...Int(UInt32.max))) }
    switch name {
    case .kfold: folds.scheme = .kfold(keep: try section.optional("keep")?.truth() ?? false)
    case .stratified: folds.scheme = try stratified(section, dataset)
    case .grouped:
      folds.scheme = .grouped(
        file: try file(section.required("groups")), column: try section.required("column").text())
    case .file: folds.scheme = .file(try file(section.required("file")))
    }
    return folds
  }

  private static func keys(of scheme: FoldScheme.Name) -> [String] {
    switch scheme {
    case .kfold: ["count", "scheme", "seed", "keep"]
    case .stratified: ["count", "scheme", "seed", "by"]
    case .grouped: ["count", "scheme", "seed", "groups", "column"]
    case .file: ["scheme", "file"]
    }
  }

  private static func scheme(_ value: FileValue) throws(PipelineError) -> FoldScheme.Name {
    if case .mapping(let mapping) = value.node, mapping.first?.key.string == "file" {
      throw value.refusal(
        "has the wrong type", expected: FileValue.alternatives(FoldScheme.Name.allCases.map(\.rawValue)),
        advice: "write `scheme: file, file: splits.json`")
    }
    return try value.choice()
  }

  private static func stratified(
    _ section: MappingCursor, _ dataset: DatasetConfig
  ) throws(PipelineError) -> FoldScheme {
    let foreground = dataset.labels.classes.filter { $0.value > 0 }
    let categories = dataset.layout.name.categories
    guard let by = section.optional("by") else {
      guard let last = foreground.last else {
        throw section.value.refusal(
          "has no class to stratify by", expected: "a class beside the background", found: "the background alone")
      }
      return .stratified(by: .volume(of: last, isDefault: true))
    }
    let name = try by.text()
    if let label = foreground.first(where: { $0.name == name }) {
      return .stratified(by: .volume(of: label, isDefault: label == foreground.last))
    }
    if categories.contains(name) { return .stratified(by: .attribute(name)) }
    let owners = DatasetLayout.Name.allCases.filter { $0.categories.contains(name) }.map(\.rawValue)
    let known = foreground.map(\.name) + categories
    let nearest = NearestName.to(name, among: known).map { "did you mean \($0)?" } ?? ""
    throw by.refusal(
      "is not a class with a volume", expected: known.isEmpty ? "a class" : FileValue.alternatives(known),
      advice: owners.isEmpty ? nearest : "only the layout \(FileValue.alternatives(owners)) knows a \(name)")
  }

  /// A file's path; an absolute one would be written into what is to be the same on every machine.
  private static func file(_ value: FileValue) throws(PipelineError) -> String {
    let path = try value.text()
    guard !path.hasPrefix("/") else {
      throw value.refusal("is an absolute path", expected: "a path from the pipeline file's own folder")
    }
    return path
  }
}
