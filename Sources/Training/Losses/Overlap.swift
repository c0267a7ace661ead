/// How far each class' probabilities cover its true voxels, in each sample: sums over all voxels of a sample, whichever
/// axes these have.
///
/// With y the one-hot truth and p the softmax clipped to 1e-7...1 - 1e-7: tp = sum y p, fn = sum y (1 - p),
/// fp = sum (1 - y) p. Each is (sample, class).
struct Overlap {
  let truePositives: Tensor
  let falseNegatives: Tensor
  let falsePositives: Tensor

  /// Added to numerator and denominator. The index of a class that is absent and not predicted is near 0 all the same where
  /// there are more than some voxels: their clipped probabilities add up to more than this.
  static let smoothing = 1e-6

  init(_ batch: LossInput) throws {
    let p = try batch.probabilities().clamped(to: LossInput.clip...(1 - LossInput.clip))
    let y = try batch.truth()
    let both = try y * p
    let voxels = Array(2..<batch.logits.shape.count)
    truePositives = try both.sum(over: voxels)
    falseNegatives = try (y - both).sum(over: voxels)
    falsePositives = try (p - both).sum(over: voxels)
  }

  /// T = (tp + s) / (tp + delta fn + (1 - delta) fp + s); a delta above 1/2 weights what is missed, 1/2 is Dice.
  func tversky(_ delta: Double) throws -> Tensor {
    try (truePositives + Self.smoothing) / (truePositives + wrong(delta) + Self.smoothing)
  }

  /// 1 - T, worked out without the difference, which loses digits where T is almost 1.
  func tverskyComplement(_ delta: Double) throws -> Tensor {
    let wrong = try wrong(delta)
    return try wrong / (truePositives + wrong + Self.smoothing)
  }

  /// (1 - T)^exponent, 1 - T being 1e-7 at least: below, a power under 1 has an endless slope.
  func focalComplement(_ delta: Double, exponent: Double) throws -> Tensor {
    try tverskyComplement(delta).clamped(to: LossInput.clip...1).power(exponent)
  }

  private func wrong(_ delta: Double) throws -> Tensor { try falseNegatives * delta + falsePositives * (1 - delta) }
}

extension Tensor {
  /// Of (sample, class), the sum over classes and the mean over samples.
  func sumOverClasses() throws -> Tensor { try sum() * (1 / Double(shape[0])) }
}
