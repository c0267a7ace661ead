import Files
import Parallelism
import Prepared

/// A folder of prepared cases as shards are made from it: of the same plan, complete, and as it was when it was ingested.
struct PreparedFolder {
  let path: String
  let manifest: Manifest

  /// Reads the manifest and holds it against the plan.
  /// - Throws: `ManifestError`, `ShardingError`.
  init(path: String, plan: Plan) throws {
    self.path = path
    manifest = try Manifest.required(folder: path)
    guard manifest.ingestDigest == plan.ingestDigest else {
      throw ShardingError.otherCases(prepared: path, found: manifest.ingestDigest, expected: plan.ingestDigest)
    }
    guard manifest.foldsDigest == plan.foldsDigest else {
      throw ShardingError.otherFolds(prepared: path, found: manifest.foldsDigest, expected: plan.foldsDigest)
    }
    guard manifest.heldFolds == nil else { throw ShardingError.unfinished(prepared: path) }
    guard manifest.cases.allSatisfy({ $0.shape.count == 3 }) else { throw ManifestError.damaged(path: path) }
    guard !labelled.isEmpty else { throw ShardingError.noLabelledCase(prepared: path) }
  }

  /// The cases that patches are cut from.
  var labelled: [Manifest.Case] { manifest.cases.filter(\.isLabelled) }

  /// A case's file.
  func file(of entry: Manifest.Case) -> String { path + "/" + entry.file }

  /// Holds the labelled cases' files against the manifest: size, and content unless size and time of change say that it
  /// was hashed before.
  /// - Throws: `ShardingError.changedCase`, about the first of those that differ.
  func check(on workers: Workers) throws {
    let recorded = RawInputs(folder: path)
    let cases = labelled
    let differences = try workers.map(cases.count, helping: true) { difference(cases[$0], recorded) }
    let found = differences.enumerated().compactMap { index, difference in difference.map { (index, $0) } }
    guard let (index, first) = found.first else { return }
    throw ShardingError.changedCase(
      path: file(of: cases[index]), what: first.what, found: first.found, expected: first.expected,
      others: found.count - 1)
  }

  private struct Difference: Sendable {
    var what: String
    var found: String
    var expected: String
  }

  private func difference(_ entry: Manifest.Case, _ recorded: RawInputs) -> Difference? {
    let path = file(of: entry)
    let changed = "is not the file that was ingested"
    do {
      let bytes = try OpenFile(reading: path).length()
      guard bytes == entry.bytes else {
        return Difference(what: changed, found: "\(bytes) bytes", expected: "\(entry.bytes)")
      }
      let sha256 = try recorded.hashed(path).sha256
      guard sha256 == entry.sha256 else {
        return Difference(
          what: changed, found: "sha256 \(sha256.prefix(12))", expected: String(entry.sha256.prefix(12)))
      }
      return nil
    } catch {
      return Difference(what: "cannot be read", found: "\(error)", expected: "the file that was ingested")
    }
  }
}
