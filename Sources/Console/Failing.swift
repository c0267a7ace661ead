import ArgumentParser
import Augmentation
import Datasets
import Evaluation
import Files
import Foundation
import Pipeline
import Streaming

/// Prints to standard error, where messages go; results go to standard output.
public func printError(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}

/// Runs a command's body; an error becomes one line on standard error and the exit code that `code` has for it.
public func reporting(code: (any Error) -> Int32, _ body: () throws -> Void) throws {
  do {
    try body()
  } catch let code as ExitCode {
    throw code
  } catch {
    printError("segprep: \(error)")
    throw ExitCode(code(error))
  }
}

/// The contract's exit code for an error of the library that ends a command.
public func libraryExitCode(of error: any Error) -> Int32 {
  switch error {
  case let error as IngestError: error.exitCode
  case let error as ShardingError: error.exitCode
  case is PipelineError, is FoldsError, is ValidationError, is AugmentationError: 64
  case let error as StreamError where error.isUsage: 64
  case let error as EvaluationError where error.isUsage: 64
  case is PredictionError, ComparisonError.tooFew, ComparisonError.sameName: 64
  case let error as FileError where error.isRefusedWrite && !error.isOutOfSpace: 73
  default: 2
  }
}
