import Console
import Pipeline
import Training

/// Runs a command's body; an error becomes one line on standard error and the right exit code.
func reporting(_ body: () throws -> Void) throws {
  try reporting(
    code: { error in
      switch error {
      case let error as TrainingError where error.isUsage: 64
      case let error as TrainingError where error.isOccupied: 73
      default: ProgramExit.code(of: error)
      }
    }, body)
}
