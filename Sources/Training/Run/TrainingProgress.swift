import Streaming

/// Where a training is: with it, the network and the optimiser's memory, another process goes on with the same numbers.
public struct TrainingProgress: Sendable, Codable, Equatable {
  /// Epochs that are finished.
  public var epochs = 0
  /// Batches that the next epoch has behind it.
  public var batches = 0
  /// Of those batches, the sum of the losses.
  var lossSum = 0.0
  /// Steps of the optimiser.
  var steps = 0
  /// Of the next step.
  var learningRate: Double
  var schedule = PlateauSchedule()
  /// The lowest loss so far; nil before the first epoch has ended.
  public var best: Best?
  /// Whether early stop has ended it.
  public var isStopped = false
  /// The batch that comes next.
  var stream: StreamState

  /// The epoch with the lowest loss.
  public struct Best: Sendable, Codable, Equatable {
    /// Counted from 1.
    public var epoch: Int
    /// Of validation, where there is any, else of training.
    public var loss: Double
  }

  init(learningRate: Double, stream: StreamState) {
    self.learningRate = learningRate
    self.stream = stream
  }
}
