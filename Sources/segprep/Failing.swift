import Console
import Phantoms
import Pipeline

/// Runs a command's body; an error becomes one line on standard error and the right exit code.
func reporting(_ body: () throws -> Void) throws { try reporting(code: processExitCode, body) }

/// The contract's exit code for an error that ends a command.
func processExitCode(of error: any Error) -> Int32 {
  switch error {
  case is SheetError, is NameProblem, PhantomError.count: 64
  case PhantomError.occupied, is OccupiedFolder: 73
  default: ProgramExit.code(of: error)
  }
}
