import Pipeline
import Shards
import Volumes

/// The end of a run that cut patches: what is there by set, fold and class, how the classes are balanced, how fast it was.
enum ShardSummary {
  struct JSON: Encodable {
    var written: Int
    var kept: Int
    var writtenBytes: Int
    var bytesBeforeCompression: Int
    var seconds: Double
    var classes: [String]
    var caseClassVoxels: [Int]
    var sets: [ShardManifest.PatchSet]
    var warnings: [String]
    var files: [ShardFileReport]

    init(_ report: ShardReport) {
      written = report.written.count
      kept = report.files.count - report.written.count
      writtenBytes = report.writtenBytes
      bytesBeforeCompression = report.bytesBeforeCompression
      seconds = report.seconds
      classes = report.manifest.classes
      caseClassVoxels = report.caseClassVoxels
      sets = report.manifest.sets
      warnings = report.manifest.warnings
      files = report.files
    }
  }

  /// A folder of shards in words.
  static func text(_ manifest: ShardManifest) -> String {
    let names = manifest.classes.filter { !$0.isEmpty }.joined(separator: ", ")
    let head =
      "\(manifest.name): \(Quantity.counted(manifest.cases.count, "case")), channels "
      + "\(manifest.channels.joined(separator: ", ")), classes \(names), \(manifest.folds) folds\n"
    return head + patches(manifest, ClassNumbers(manifest.classes).foreground)
      + manifest.warnings.map { "warning: \($0)\n" }.joined() + "shards digest \(manifest.shardsDigest)\n"
  }

  static func text(_ report: ShardReport, out: String) -> String {
    let manifest = report.manifest
    let classes = ClassNumbers(manifest.classes)
    var text = patches(manifest, classes.foreground) + "\n" + balance(report, classes.all)
    let anew = report.written.filter { $0.cause != nil }
    for (cause, files) in Dictionary(grouping: anew, by: { $0.cause ?? "" }).sorted(by: { $0.key < $1.key }) {
      let more = files.count > 5 ? " and \(files.count - 5) more" : ""
      text += "made anew: \(files.prefix(5).map(\.file).joined(separator: ", "))\(more): \(cause)\n"
    }
    for warning in manifest.warnings { text += "warning: \(warning)\n" }
    if report.failed > 0 {
      text += "warning: \(Quantity.counted(report.failed, "case")) could not be prepared and have no patches\n"
    }
    let kept = report.files.count - report.written.count
    text += "\n\(Quantity.counted(report.written.count, "file")) written"
    text += kept > 0 ? ", \(kept) kept as they were" : ""
    text += " in \(Quantity.seconds(report.seconds))"
    if report.bytesBeforeCompression > 0 { text += "; \(speed(report))" }
    text += report.unlabelled > 0 ? "; \(report.unlabelled) without label: for prediction, not cut\n" : "\n"
    return text + "Check: segprep verify \(out)\n"
  }

  /// Patches by set and fold, and how many of them hold each class.
  private static func patches(_ manifest: ShardManifest, _ classes: [Int]) -> String {
    var table = TextTable(
      ["set", "fold", "files", "patches", "size"] + classes.map { "with \(manifest.classes[$0])" })
    for set in manifest.sets {
      let files = manifest.files.filter { $0.set == set.set }
      for (fold, own) in Dictionary(grouping: files, by: \.fold).sorted(by: { ($0.key ?? -1) < ($1.key ?? -1) }) {
        let row = [
          set.set, fold.map(String.init) ?? "-", "\(own.count)", "\(own.reduce(0) { $0 + $1.patches })",
          Quantity.bytes(own.reduce(0) { $0 + $1.bytes }),
        ]
        table.add(row + classes.map { value in "\(own.reduce(0) { $0 + $1.classPatches[value] })" })
      }
    }
    return table.text
  }

  /// Shares of the classes among all voxels: as the cases are, and as the patches are.
  private static func balance(_ report: ShardReport, _ classes: [Int]) -> String {
    var table = TextTable(["share of voxels"] + classes.map { "\(report.manifest.classes[$0]) %" })
    func add(_ title: String, _ voxels: [Int]) {
      let sum = Double(max(1, voxels.reduce(0, +)))
      table.add([title] + classes.map { Quantity.number(Double(voxels[$0]) / sum * 100, decimals: 3) })
    }
    add("cases", report.caseClassVoxels)
    for set in report.manifest.sets { add("patches of \(set.set)", set.classVoxels) }
    return table.text
  }

  private static func speed(_ report: ShardReport) -> String {
    let (before, after) = (Double(report.bytesBeforeCompression), Double(max(1, report.writtenBytes)))
    let times = report.times
    let all = max(1e-9, times.cut + times.encode + times.store + times.finish)
    func share(_ seconds: Double) -> String { "\(Int((seconds / all * 100).rounded())) %" }
    return "\(Quantity.bytes(Int(before / max(1e-3, report.seconds))))/s, "
      + "\(Quantity.number(before / after, decimals: 2)) times smaller; of the threads' time cutting "
      + "\(share(times.cut)), compression \(share(times.encode)), HDF5 \(share(times.store)), "
      + "hash and disk \(share(times.finish))"
  }
}
