/// What losses over voxels need: numbers at each voxel's true class, where the one-hot truth is 1.
extension LossInput {
  /// The smallest probability that counts, and the smallest distance from 1: p is clipped to 1e-7...1 - 1e-7.
  ///
  /// It keeps powers below 1 from an infinite gradient; logarithms are those of the softmax itself, and need it not.
  static let clip = 1e-7

  /// The logarithm of the true class' probability: (sample, 1, ...).
  func trueLogProbabilities() throws -> Tensor {
    try logProbabilities().gathered(labels.reshaped(singleClassShape), along: 1)
  }

  /// (1 - p)^exponent of the true class' probability: (sample, 1, ...).
  ///
  /// 1 - p comes from the logarithm, so that it has all its digits where p is almost 1.
  func trueComplements(_ logarithms: Tensor, exponent: Double) throws -> Tensor {
    try (logarithms.expMinusOne() * -1).clamped(to: Self.clip...1).power(exponent)
  }

  /// 1 where the true class is the background, else 0: (sample, 1, ...).
  func background() throws -> Tensor {
    try labels.reshaped(singleClassShape).isEqual(to: 0).to(logits.type)
  }

  private var singleClassShape: [Int] {
    let shape = labels.shape
    return [shape[0], 1] + shape.dropFirst()
  }
}
