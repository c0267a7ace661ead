import CTorch

/// Over dimensions, and their number. Dimensions count from 0. All throw `TrainingError`.
extension Tensor {
  /// The sum over dimensions, or over all; with `keeping` they stay, with an extent of 1.
  public func sum(over dimensions: [Int]? = nil, keeping: Bool = false) throws(TrainingError) -> Tensor {
    let dimensions = dimensions ?? Array(shape.indices)
    return try make("sum") { handle, out in Self.sizes(dimensions) { ctorch_sum(handle, $0, keeping, out) } }
  }

  /// The mean over all elements.
  public func mean() throws(TrainingError) -> Tensor { try make("mean", ctorch_mean) }

  /// The place of the greatest element along a dimension, which goes; the first of equals. Of the type `int64`.
  public func argmax(over dimension: Int) throws(TrainingError) -> Tensor {
    try make("argmax") { ctorch_argmax($0, Int64(dimension), $1) }
  }

  /// e to the power of each element over the sum of these along a dimension.
  public func softmax(over dimension: Int) throws(TrainingError) -> Tensor {
    try make("softmax") { ctorch_softmax($0, Int64(dimension), $1) }
  }

  /// The logarithm of `softmax`, finite also where that rounds to 0.
  public func logSoftmax(over dimension: Int) throws(TrainingError) -> Tensor {
    try make("log-softmax") { ctorch_log_softmax($0, Int64(dimension), $1) }
  }

  /// The same elements in another shape.
  public func reshaped(_ shape: [Int]) throws(TrainingError) -> Tensor {
    try make("reshape") { handle, out in Self.sizes(shape) { ctorch_reshape(handle, $0, out) } }
  }

  /// The part in a range of a dimension; every `step`th of it.
  public func slice(_ range: Range<Int>, of dimension: Int, step: Int = 1) throws(TrainingError) -> Tensor {
    try make("slice") {
      ctorch_slice($0, Int64(dimension), Int64(range.lowerBound), Int64(range.upperBound), Int64(step), $1)
    }
  }

  /// The elements in reverse along dimensions.
  public func flipped(_ dimensions: [Int]) throws(TrainingError) -> Tensor {
    try make("flip") { handle, out in Self.sizes(dimensions) { ctorch_flip(handle, $0, out) } }
  }

  /// Another tensor behind this one along a dimension.
  public func joined(_ other: Tensor, along dimension: Int) throws(TrainingError) -> Tensor {
    try make("concatenation") { ctorch_concatenate($0, other.handle, Int64(dimension), $1) }
  }

  /// The elements that `index` (of the type `int64`) chooses along a dimension.
  public func gathered(_ index: Tensor, along dimension: Int) throws(TrainingError) -> Tensor {
    try make("gather") { ctorch_gather($0, Int64(dimension), index.handle, $1) }
  }

  /// Of labels (sample, ...) of the type `int64`, class by class 1 or 0: (sample, class, ...) of the type `float32`.
  public func oneHot(classes: Int) throws(TrainingError) -> Tensor {
    let shape = shape
    let index = try reshaped([shape[0], 1] + shape.dropFirst())
    return try index.make("one-hot") { handle, out in
      Self.sizes([shape[0], classes] + shape.dropFirst()) { ctorch_one_hot(handle, 1, $0, out) }
    }
  }
}
