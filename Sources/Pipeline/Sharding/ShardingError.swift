import Prepared

/// Why patches could not be cut at all.
public enum ShardingError: Error, Equatable, CustomStringConvertible {
  /// A pipeline that says no patches.
  case noPatches(file: String)
  /// Shards that would lie among the prepared cases.
  case outputInsidePrepared(prepared: String, output: String)
  /// Shards of another plan where these were to go.
  case outputOfAnotherPlan(path: String, found: String, expected: String)
  /// Cases that another pipeline prepared.
  case otherCases(prepared: String, found: String, expected: String)
  /// Folds of another pipeline.
  case otherFolds(prepared: String, found: String, expected: String)
  /// A folder that an ingest was making when it was stopped.
  case unfinished(prepared: String)
  /// A case whose file is not the one that the manifest speaks of; and how many more there are.
  case changedCase(path: String, what: String, found: String, expected: String, others: Int)
  /// Shards that were cut from another version of a case; nil where the case is gone.
  case otherCase(prepared: String, caseIdentifier: String, found: String?, expected: String)
  /// A folder of shards without the plan that made them.
  case noPlan(shards: String)
  /// Shards that this version of segprep would lay out in other files.
  case otherFiles(shards: String, found: Int, expected: Int)
  /// Prepared cases of which none has a label.
  case noLabelledCase(prepared: String)
  /// A set chosen by the foreground, of which no case has a voxel.
  case noForeground(set: String, cases: Int)
  /// A case from which more patches would be cut than anybody could mean.
  case tooManyPatches(set: String, caseIdentifier: String, found: Int, most: Int)
  /// The disk took no more; with the bytes before compression of what is still to be written.
  case diskFull(shards: String, freeBytes: Int?, left: Int)
  /// Patches that do not fit into the run's memory, even one at a time.
  case memory(set: String, needed: Int, given: Int)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .noPatches(let file):
      return "\(file): says no patches, found no section `patches`, expected at least one patch set; add the section"
    case .outputInsidePrepared(let prepared, let output):
      return "\(output): lies in the prepared folder \(prepared), expected a folder of its own: prepared cases are "
        + "only read; choose another --out"
    case .outputOfAnotherPlan(let path, let found, let expected):
      return "\(path): holds shards of another plan, found shards digest \(found.prefix(12)), "
        + "expected \(expected.prefix(12)); choose another --out, or remove the folder"
    case .otherCases(let prepared, let found, let expected):
      return "\(prepared): holds cases of another pipeline, found ingest digest \(found.prefix(12)), "
        + "expected \(expected.prefix(12)); "
        + "give the cases and the pipeline (or the shards) that belong together, or ingest into another folder"
    case .otherFolds(let prepared, let found, let expected):
      return "\(prepared): holds folds of another pipeline, found folds digest \(found.prefix(12)), "
        + "expected \(expected.prefix(12)); run `segprep ingest` again: no case is made anew for it"
    case .unfinished(let prepared):
      return "\(prepared): an ingest was stopped there, found a manifest of a part of the cases, expected all of them; "
        + "run `segprep ingest` again: it goes on where it was"
    case .changedCase(let path, let what, let found, let expected, let others):
      let more = others > 0 ? " (and \(Quantity.counted(others, "other case")))" : ""
      return "\(path)\(more): \(what), found \(found), expected \(expected); run `segprep ingest` again: it mends it"
    case .otherCase(let prepared, let caseIdentifier, let found, let expected):
      return "\(prepared): \(caseIdentifier) is not the case that the shards were cut from, "
        + "found \(found.map { "sha256 \($0.prefix(12))" } ?? "no such case"), expected \(expected.prefix(12)); "
        + "ingest the raw files that it was made from, or cut new shards into another folder"
    case .noPlan(let shards):
      return "\(shards): no plan.json that can be read, found no plan of patches, expected the one that "
        + "`segprep shard` wrote; run `segprep shard` with its pipeline: it keeps what is whole"
    case .otherFiles(let shards, let found, let expected):
      return "\(shards): the manifest names other files than its plan gives, found \(found), expected \(expected); "
        + "use the segprep that wrote them, or cut new shards into another folder"
    case .noLabelledCase(let prepared):
      return "\(prepared): no case has a label, found none to cut patches from, expected at least one"
    case .noForeground(let set, let cases):
      return "patch set \(set): is chosen by the foreground, found none in any of \(Quantity.counted(cases, "case")), "
        + "expected some; look at the labels and at `label_map`"
    case .tooManyPatches(let set, let caseIdentifier, let found, let most):
      return "patch set \(set): too many patches, found \(found) in \(caseIdentifier), expected at most \(most); "
        + "choose a smaller overlap or a larger patch"
    case .diskFull(let shards, let freeBytes, let left):
      return "\(shards): the disk or your quota is full, found \(freeBytes.map(Quantity.bytes) ?? "too little") free, "
        + "expected at most \(Quantity.bytes(left)) for the patches still to cut; free some space and run the same "
        + "command again: files that are written are kept"
    case .memory(let set, let needed, let given):
      return "patch set \(set): takes \(Quantity.bytes(needed)) for one patch at a time, "
        + "found \(Quantity.bytes(given)), expected as much; raise --memory, or choose smaller patches"
    }
  }

  /// The process' exit code: 64 for wrong usage, 73 for an output that is another plan's, 2 where the data do not do.
  public var exitCode: Int32 {
    switch self {
    case .noPatches, .outputInsidePrepared: 64
    case .outputOfAnotherPlan: 73
    default: 2
    }
  }
}
