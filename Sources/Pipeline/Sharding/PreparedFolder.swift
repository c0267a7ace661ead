import Datasets
import Files
import Parallelism
import Prepared
import Preprocessing
import Shards

/// The prepared cases that patches are cut from: of the right plan, complete, and as they were when they were ingested.
struct PreparedFolder: Sendable {
  let path: String
  /// What the folder holds.
  let manifest: Manifest
  /// The labelled cases that patches are cut from, each with its fold.
  let labelled: [Manifest.Case]
  /// Folds that there are; 0 where one case alone makes none.
  let folds: Int
  /// Labelled cases that were prepared by other numbers over the data set than the manifest's, sorted.
  let strays: [String]
  /// The numbers over the data set that the cases were prepared by.
  let datasetNumbers: DatasetNumbers?
  /// What fold_safe stages do to the prepared values.
  let deferredMaps: DeferredMaps?

  /// Reads the manifest and holds it against the plan.
  /// - Throws: `ManifestError`, `ShardingError`.
  init(path: String, plan: Plan) throws {
    self.path = path
    manifest = try Self.manifest(path, plan)
    guard manifest.foldsDigest == plan.foldsDigest else {
      throw ShardingError.otherFolds(prepared: path, found: manifest.foldsDigest, expected: plan.foldsDigest)
    }
    guard manifest.heldFolds == nil else { throw ShardingError.unfinished(prepared: path) }
    labelled = manifest.cases.filter(\.isLabelled)
    folds = manifest.folds
    (datasetNumbers, deferredMaps) = (manifest.datasetNumbers, manifest.deferredMaps)
    guard !labelled.isEmpty else { throw ShardingError.noLabelledCase(prepared: path) }
    strays = try Self.strays(labelled, path, plan, datasetNumbers)
  }

  /// Cases that state other numbers over the data set than the manifest: of a run with `--cases`, say.
  private static func strays(
    _ cases: [Manifest.Case], _ path: String, _ plan: Plan, _ numbers: DatasetNumbers?
  ) throws -> [String] {
    guard numbers != nil else { return [] }
    return try cases.filter { try $0.datasetNumbers(of: plan.config.preprocess, in: path) != numbers }
      .map(\.caseIdentifier)
  }

  /// Finds the very cases that shards were cut from, whatever else is there now and whatever their folds are now.
  /// - Throws: `ManifestError`, `ShardingError`.
  init(path: String, plan: Plan, cutInto shards: ShardManifest) throws {
    self.path = path
    let manifest = try Self.manifest(path, plan)
    let present = Dictionary(manifest.cases.map { ($0.caseIdentifier, $0) }) { first, _ in first }
    labelled = try shards.cases.map { cut in
      let entry = present[cut.caseIdentifier]
      guard var entry, entry.sha256 == cut.preparedSha256 else {
        throw ShardingError.otherCase(
          prepared: path, caseIdentifier: cut.caseIdentifier, found: entry?.sha256, expected: cut.preparedSha256)
      }
      entry.fold = cut.fold
      return entry
    }
    folds = shards.folds
    strays = []
    (datasetNumbers, deferredMaps) = (shards.datasetNumbers, shards.deferredMaps)
    self.manifest = manifest
  }

  private static func manifest(_ path: String, _ plan: Plan) throws -> Manifest {
    let manifest = try Manifest.required(folder: path)
    guard manifest.ingestDigest == plan.ingestDigest else {
      throw ShardingError.otherCases(prepared: path, found: manifest.ingestDigest, expected: plan.ingestDigest)
    }
    guard manifest.cases.allSatisfy({ $0.shape.count == 3 }), manifest.channels == plan.config.dataset.channels else {
      throw ManifestError.damaged(path: path)
    }
    return manifest
  }

  /// A case's file.
  func file(of entry: Manifest.Case) -> String { path + "/" + entry.file }

  /// Holds the cases' files against the manifest: size, and content unless size and time of change say that it was hashed
  /// before.
  /// - Throws: `ShardingError.changedCase`, about the first of those that differ.
  func check(on workers: Workers) throws {
    let recorded = RawInputs(folder: path)
    let differences = try workers.map(labelled.count, helping: true) { difference(labelled[$0], recorded) }
    let found = differences.enumerated().compactMap { index, difference in difference.map { (index, $0) } }
    guard let (index, first) = found.first else { return }
    throw ShardingError.changedCase(
      path: file(of: labelled[index]), what: first.what, found: first.found, expected: first.expected,
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
      guard Folder.isFile(path) else {
        return Difference(what: "is missing", found: "no file", expected: "\(entry.bytes) bytes")
      }
      let bytes = try OpenFile(reading: path).length()
      guard bytes == entry.bytes else {
        return Difference(what: changed, found: "\(bytes) bytes", expected: "\(entry.bytes)")
      }
      let sha256 = try recorded.hashed(RawFile(path)).sha256
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
