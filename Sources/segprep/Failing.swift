import ArgumentParser
import Augmentation
import Datasets
import Files
import Foundation
import Phantoms
import Pipeline
import Streaming

/// Prints to standard error, where messages go; results go to standard output.
func printError(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}

/// Runs a command's body; an error becomes one line on standard error and the right exit code.
func reporting(_ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch {
    printError("segprep: \(error)")
    throw ExitCode(processExitCode(of: error))
  }
}

/// The contract's exit code for an error that ends a command.
func processExitCode(of error: any Error) -> Int32 {
  switch error {
  case let error as IngestError: error.exitCode
  case let error as ShardingError: error.exitCode
  case is PipelineError, is FoldsError, is ValidationError: 64
  case is AugmentationError, is SheetError, is NameProblem: 64
  case let error as StreamError where error.isUsage: 64
  case PhantomError.count: 64
  case PhantomError.occupied, is OccupiedFolder: 73
  case let error as FileError where error.isRefusedWrite && !error.isOutOfSpace: 73
  default: 2
  }
}
