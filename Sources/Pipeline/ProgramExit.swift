import Augmentation
import Datasets
import Evaluation
import Files
import Prediction
import Streaming

/// The contract's exit codes.
public enum ProgramExit {
  /// The code of an error that ends a command, where the command says nothing else.
  public static func code(of error: any Error) -> Int32 {
    switch error {
    case let error as IngestError: error.exitCode
    case let error as ShardingError: error.exitCode
    case is PipelineError, is FoldsError, is AugmentationError: 64
    case let error as StreamError where error.isUsage: 64
    case let error as StreamPlanError where error.isUsage: 64
    case let error as EvaluationError where error.isUsage: 64
    case let error as PredictionError: error.exitCode
    case ComparisonError.tooFew, ComparisonError.sameName: 64
    case let error as FileError where error.isRefusedWrite && !error.isOutOfSpace: 73
    default: 2
    }
  }
}
