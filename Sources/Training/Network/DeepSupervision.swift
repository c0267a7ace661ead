/// A loss over logits at several resolutions: each half as fine counts half as much, and the weights sum to 1 (nnU-Net).
struct DeepSupervision {
  let loss: any Loss

  /// The loss of a network's logits, the finest first, beside labels (sample, z, y, x) at full resolution.
  /// - Throws: `TrainingError`.
  func value(_ logits: [Tensor], labels: Tensor) throws -> Tensor {
    let total = logits.indices.reduce(0.0) { $0 + Self.weight($1) }
    var sum: Tensor?
    for (level, logits) in logits.enumerated() {
      let input = LossInput(logits: logits, labels: try Self.coarser(labels, by: level))
      let part = try loss.value(input) * (Self.weight(level) / total)
      sum = try sum.map { try $0 + part } ?? part
    }
    guard let sum else { preconditionFailure("a network without logits") }
    return sum
  }

  private static func weight(_ level: Int) -> Double { 1 / Double(1 << level) }

  /// The label of the voxel behind the centre of each block.
  private static func coarser(_ labels: Tensor, by level: Int) throws -> Tensor {
    guard level > 0 else { return labels }
    var labels = labels
    let step = 1 << level
    for axis in 1...3 { labels = try labels.slice(step / 2..<labels.shape[axis], of: axis, step: step) }
    return labels
  }
}
