import Pipeline
import Prepared
import Preprocessing
import Volumes

/// A prepared case in words and numbers.
struct CaseDescription: Encodable {
  var file: String
  var caseIdentifier: String
  var channels: Int
  /// z, y, x.
  var shape: [Int]
  var spacingMm: [Double]
  var affine: [[Double]]
  var isLabelled: Bool
  var statistics: CaseStatistics
  var decisions: [StageRecord]
  var source: CaseSource
  var ingestDigest: String

  init(_ reader: CaseFileReader) {
    file = reader.path
    caseIdentifier = reader.caseIdentifier
    channels = reader.channels
    shape = reader.shape.array
    spacingMm = reader.affine.spacing.array
    affine = reader.affine.rows
    isLabelled = reader.isLabelled
    statistics = reader.statistics
    decisions = reader.decisions
    source = reader.source
    ingestDigest = reader.ingestDigest
  }

  var text: String {
    func numbers(_ values: [Double]) -> String { values.map { Quantity.number($0) }.joined(separator: " x ") }
    var text = """
      \(file)
        prepared     \(caseIdentifier), \(channels) x \(shape.map(String.init).joined(separator: " x ")) (channel, z, y, x)
        spacing      \(numbers(spacingMm)) mm (z, y, x)
        source       \(source.shape.map(String.init).joined(separator: " x ")) (z, y, x), \(numbers(source.spacingMm)) mm, \
      \(source.dataType), \(source.orientation) by \(source.transform)

      """
    for (index, channel) in statistics.channels.enumerated() {
      text += "  channel \(index)    \(Quantity.number(channel.minimum)) to "
      text += "\(Quantity.number(channel.maximum)), mean \(Quantity.number(channel.mean)), "
      text += "std \(Quantity.number(channel.std))\n"
    }
    if let classes = statistics.classVoxels {
      for (value, voxels) in classes.enumerated() {
        text += "  class \(value)      \(value == 0 ? "" : census(ofClass: value) + ", ")\(voxels) voxels\n"
      }
    } else {
      text += "  label        none: for prediction\n"
    }
    for note in source.notes ?? [] { text += "  note         \(note)\n" }
    for decision in decisions { text += "  stage        \(decision.summary)\n" }
    for file in source.images + [source.label].compactMap({ $0 }) {
      text += from(file.name, file.bytes, file.sha256)
      if let half = file.otherHalf { text += from(half.name, half.bytes, half.sha256) }
    }
    return text + "  digest       \(ingestDigest)\n"
  }
}

extension CaseDescription {
  private func from(_ name: String, _ bytes: Int, _ sha256: String) -> String {
    "  from         \(name), \(Quantity.bytes(bytes)), sha256 \(sha256.prefix(16))...\n"
  }

  /// How much of a class there was at each point of the way.
  private func census(ofClass value: Int) -> String {
    (statistics.labelCensuses ?? []).map { census in
      let parts = Quantity.counted(census.components[value], "part")
      return "\(census.stage) \(Quantity.number(census.ml[value], decimals: 3)) ml in \(parts)"
    }.joined(separator: ", ")
  }
}

extension StageRecord {
  /// What the stage did, in one line.
  fileprivate var summary: String {
    func list(_ name: String, _ values: [Double]?) -> String? {
      values.map { "\(name) \($0.map { Quantity.number($0) }.joined(separator: ", "))" }
    }
    let parts = [
      shape.map { "to \($0.map(String.init).joined(separator: "x"))" }, list("spacing", spacingMm),
      list("lower", lower.map { [$0] }), list("upper", upper.map { [$0] }), list("mean", mean), list("std", std),
      list("before", before?.map(Double.init)), list("after", after?.map(Double.init)), list("value", value),
    ]
    return "\(stage.rawValue): " + parts.compactMap { $0 }.joined(separator: ", ")
  }
}

/// A folder of prepared cases in words.
enum ManifestDescription {
  static func text(_ manifest: Manifest) -> String {
    var table = TextTable(["case", "shape (z,y,x)", "fold", "size", "source"])
    for entry in manifest.cases {
      table.add([
        entry.caseIdentifier, entry.shape.map(String.init).joined(separator: "x"),
        entry.fold.map(String.init) ?? (entry.isLabelled ? "-" : "no label"), Quantity.bytes(entry.bytes),
        entry.source.shape.map(String.init).joined(separator: "x") + " " + entry.source.orientation,
      ])
    }
    var text =
      "\(manifest.name): \(manifest.cases.count) cases, channels \(manifest.channels.joined(separator: ", ")), "
    let classes = manifest.classes.filter { !$0.isEmpty }
    text += "classes \(classes.joined(separator: ", ")), \(manifest.folds) folds\n" + table.text
    for absent in manifest.excluded { text += "left out: \(absent.caseIdentifier): \(absent.reason)\n" }
    for absent in manifest.failed { text += "FAILED: \(absent.caseIdentifier): \(absent.reason)\n" }
    for warning in manifest.warnings { text += "warning: \(warning)\n" }
    return text + "ingest digest \(manifest.ingestDigest)\n"
  }
}
