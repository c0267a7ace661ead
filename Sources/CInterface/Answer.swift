import CSegprep
import Files
import Pipeline
import Shards
import Streaming

/// Runs what a C function does; an error becomes its code, and the line of this thread.
func answering(_ body: () throws -> Void) -> Int32 {
  ending {
    try body()
    return SEGPREP_OK
  }
}

/// The same, for what says itself with which code it ends.
func ending(_ body: () throws -> Int) -> Int32 {
  do {
    return Int32(try body())
  } catch {
    LastError.set("\(error)")
    return Int32(code(of: error))
  }
}

private func code(of error: any Error) -> Int {
  switch error {
  case StreamError.cancelled: SEGPREP_CANCELLED
  case StreamError.waiting: SEGPREP_WAITING
  case StreamError.forked: SEGPREP_FORKED
  case StreamError.memory: SEGPREP_MEMORY
  case StreamError.damagedPatch, ShardError.damagedPatch: SEGPREP_DAMAGED
  case ShardManifestError.absent: SEGPREP_ABSENT
  case let error as FileError where error.isAbsent: SEGPREP_ABSENT
  case let error as FileError where error.isForbidden: SEGPREP_FORBIDDEN
  case PipelineError.unreadable(let error): code(of: error)
  case is CallError: SEGPREP_USAGE
  default: ProgramExit.code(of: error) == 64 ? SEGPREP_USAGE : SEGPREP_DATA
  }
}
