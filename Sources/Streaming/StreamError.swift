import Prepared

/// Why shards cannot be streamed. Each description is the one line that a user sees.
public enum StreamError: Error, Equatable, CustomStringConvertible {
  /// A set that the shards do not have.
  case noSuchSet(folder: String, found: String, sets: [String])
  /// A fold that the shards do not have.
  case noSuchFold(folder: String, found: Int, folds: Int)
  /// A split without a patch.
  case emptySplit(folder: String, set: String, split: String)
  /// Validation on patches that were not cut on a grid, are not all of them, or are augmented.
  case notAGrid(folder: String, set: String, grids: [String])
  /// A batch that cannot be shared out.
  case ranks(globalBatch: Int, rank: Int, worldSize: Int)
  /// A number of threads, batches or epochs that cannot be.
  case setting(name: String, found: Int, expected: String)
  /// More samples in a batch than there are patches.
  case batchLargerThanSplit(split: String, globalBatch: Int, patches: Int)
  /// Too little memory for the fewest batches that do.
  case memory(batches: Int, needed: Int, given: Int)
  /// A file that is not what the manifest says of it.
  case otherFile(path: String, what: String, found: String, expected: String)
  /// A state of another stream.
  case otherState(what: String, found: String, expected: String)
  /// JSON that is no state.
  case notAState
  /// A stream in the child of a fork.
  case forked(opened: Int32, found: Int32)
  /// No batch can be filled, because all are held.
  case allHeld(batches: Int)
  case cancelled
  /// No batch within the time that somebody wanted to wait.
  case waiting(StreamStall)
  /// A patch whose bytes are not those that were written, or that cannot be read.
  case damagedPatch(folder: String, Damage)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .noSuchSet(let folder, let found, let sets):
      return "\(folder): no such set, found \(found), expected \(list(sets))"
    case .noSuchFold(let folder, let found, let folds):
      let expected =
        folds > 0
        ? "0 to \(folds - 1)" : "none, because the shards have no folds: leave the fold out (train: --fold all)"
      return "\(folder): no such fold, found \(found), expected \(expected)"
    case .emptySplit(let folder, let set, let split):
      return "\(folder): no patch in \(split) of set \(set), found none, expected at least one; choose another fold"
    case .notAGrid(let folder, let set, let grids):
      return "\(folder): validation reads a set that was cut on a grid, with nothing left out (skip_blank), and not "
        + "augmented, found \(set), expected \(list(grids))"
    case .ranks(let globalBatch, let rank, let worldSize):
      return "global batch: cannot be shared out, found \(globalBatch) samples for rank \(rank) of \(worldSize), "
        + "expected a multiple of the world size from 1 on, and a rank below it"
    case .setting(let name, let found, let expected):
      return "stream: \(name) cannot be so, found \(found), expected \(expected)"
    case .batchLargerThanSplit(let split, let globalBatch, let patches):
      return "global batch: larger than \(split), found \(globalBatch), expected at most its \(patches) patches"
    case .memory(let batches, let needed, let given):
      return "stream: \(batches) batches and the threads do not fit into the memory, found \(given) bytes, "
        + "expected at least \(needed); allow more, or choose a smaller batch or fewer threads"
    case .otherFile(let path, let what, let found, let expected):
      return "\(path): not the file that the manifest speaks of: \(what), found \(found), expected \(expected); "
        + "run `segprep repair`, or copy the file again"
    case .otherState(let what, let found, let expected):
      return "state: of another stream: \(what), found \(found), expected \(expected); "
        + "open the stream as it was, or begin anew"
    case .notAState:
      return "state: cannot be read, found other JSON, expected what a stream's state gave"
    case .forked(let opened, let found):
      return "stream: used after a fork, found process \(found), expected \(opened), which opened it: threads do not "
        + "survive a fork; open the stream in each process"
    case .allHeld(let batches):
      return "stream: no memory for the next batch, found all \(batches) batches held, expected at least one free; "
        + "give a batch back before the next one"
    case .cancelled: return "stream: was cancelled, found no more batches, expected nothing; open it again"
    case .waiting(let stall): return "\(stall)"
    case .damagedPatch(let folder, let damage):
      return "\(folder)/\(damage.line); run `segprep repair`; "
        + "only a stream opened with damage `skip` goes on without it"
    }
  }

  /// Whether something was asked for that cannot be, rather than found to be wrong.
  public var isUsage: Bool {
    switch self {
    case .noSuchSet, .noSuchFold, .notAGrid, .ranks, .setting, .batchLargerThanSplit: true
    default: false
    }
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "one, but there is none" : names.joined(separator: ", ")
  }
}
