import Datasets

/// The `folds` section.
enum FoldsReader {
  private static let laterSchemes = ["stratified", "grouped", "file"]

  static func read(_ value: FileValue) throws(PipelineError) -> FoldsConfig {
    let section = try MappingCursor(value, accepting: ["count", "scheme", "seed", "keep"])
    var folds = FoldsConfig()
    if let count = section.optional("count") { folds.count = try count.integer(in: 2...1000) }
    if let scheme = section.optional("scheme") { folds.scheme = try self.scheme(scheme) }
    if let seed = section.optional("seed") { folds.seed = UInt32(try seed.integer(in: 0...Int(UInt32.max))) }
    if let keep = section.optional("keep"), try keep.truth() {
      throw .later(keep.place, what: "`folds.keep` is true, which is not in this version, expected false")
    }
    return folds
  }

  private static func scheme(_ value: FileValue) throws(PipelineError) -> FoldScheme {
    let name: String?
    if case .text(let text) = value.scalar {
      name = text
    } else if case .mapping(let mapping) = value.node {
      name = mapping.first?.key.string
    } else {
      name = nil
    }
    if let name, laterSchemes.contains(name) {
      throw .later(
        value.place, what: "`\(value.path)` is \(name), which is not in this version, expected kfold")
    }
    return try value.choice()
  }
}
