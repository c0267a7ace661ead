/// What a training lowers: a number for the network's output beside the truth.
public protocol Loss: Sendable {
  /// The loss of a batch: a tensor of one element that can be differentiated, of the type `float32`.
  /// - Throws: `TrainingError`.
  func value(_ batch: LossInput) throws -> Tensor
}

/// A network's output beside the truth, 2D or 3D; what several losses need of it is computed once.
public final class LossInput {
  /// (sample, class, ...), before the softmax, of the type `float32`.
  public let logits: Tensor
  /// (sample, ...), class numbers of the type `int64`.
  public let labels: Tensor
  /// Classes, background among them.
  public var classes: Int { logits.shape[1] }
  private var known: (logarithms: Tensor?, probabilities: Tensor?, truth: Tensor?)

  /// - Precondition: the extents agree.
  public init(logits: Tensor, labels: Tensor) {
    let (shape, extents) = (logits.shape, labels.shape)
    precondition(
      extents == [shape[0]] + shape.dropFirst(2), "labels of shape \(extents) beside logits of shape \(shape)")
    self.logits = logits
    self.labels = labels
  }

  /// The logarithms of the softmax: (sample, class, ...), finite.
  public func logProbabilities() throws -> Tensor {
    if let known = known.logarithms { return known }
    let made = try logits.logSoftmax(over: 1)
    known.logarithms = made
    return made
  }

  /// The softmax: (sample, class, ...).
  public func probabilities() throws -> Tensor {
    if let known = known.probabilities { return known }
    let made = try logProbabilities().exp()
    known.probabilities = made
    return made
  }

  /// 1 at the voxel's class and 0 elsewhere: (sample, class, ...).
  public func truth() throws -> Tensor {
    if let known = known.truth { return known }
    let made = try labels.oneHot(classes: classes)
    known.truth = made
    return made
  }
}
