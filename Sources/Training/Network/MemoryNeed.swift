import Foundation
import Volumes

/// How much memory a training step takes, and what would take less.
public struct MemoryNeed: Sendable, Equatable {
  /// What is trained.
  public var network: NetworkDescription
  /// Voxels of a patch.
  public var patch: Shape
  /// Samples in a batch.
  public var batch: Int

  /// A step of that network on batches of such patches.
  public init(_ network: NetworkDescription, patch: Shape, batch: Int) {
    self.network = network
    self.patch = patch
    self.batch = batch
  }

  /// About what a step takes in float32, in bytes: what is kept for the backward pass, the largest gradients, the
  /// parameters with their gradients and Adam's memory.
  public var bytes: Int { 4 * (batch * patch.count * perVoxel + 4 * parameters) }

  /// Numbers kept per voxel at full resolution.
  private var perVoxel: Int {
    // Of each convolution its output, and the rectified one.
    let perConvolution = network.recipe.norm == .none ? 1.0 : 2.0
    var numbers = Double(network.channels + 6 * network.classes)
    for level in 0...network.recipe.depth {
      let share = 1 / Double(1 << (3 * level))
      let filters = Double(network.filters(at: level))
      let convolutions = level == network.recipe.depth ? 2.0 : 4.0
      numbers += share * filters * convolutions * perConvolution
      // The joined features; pooled ones with their places.
      if level < network.recipe.depth { numbers += share * filters * (2 + 3.0 / 8) }
    }
    // Gradients of the joined features and of what they came from, and what a convolution takes for itself.
    numbers += 8 * Double(network.recipe.filters)
    return Int(numbers.rounded(.up))
  }

  private var parameters: Int {
    var count = 0
    for level in 0...network.recipe.depth {
      let filters = network.filters(at: level)
      let inputs = level == 0 ? network.channels : filters / 2
      count += 27 * filters * (inputs + filters)
      if level < network.recipe.depth { count += 27 * filters * 3 * filters + 16 * filters * filters }
    }
    return count
  }

  var summary: String { "patches of \(patch), batches of \(batch), \(network.recipe.filters) filters" }

  /// What would fit: a smaller batch, fewer filters, a smaller patch; each by itself.
  func advice(available: Int?) -> String {
    guard let available else {
      return "choose a smaller batch (global_batch: \(max(1, batch / 2))), fewer filters "
        + "(\(max(1, network.recipe.filters / 2))), or smaller patches"
    }
    var ways: [String] = []
    if let batch = largest(below: batch, { MemoryNeed(network, patch: patch, batch: $0) }, available) {
      ways.append("global_batch: \(batch)")
    }
    let fewer = largest(
      below: network.recipe.filters,
      {
        var network = network
        network.recipe.filters = $0
        return MemoryNeed(network, patch: patch, batch: batch)
      }, available)
    if let fewer { ways.append("filters: \(fewer)") }
    let step = 1 << network.recipe.depth
    let shares = stride(from: 0.95, to: 0.1, by: -0.05).lazy.map { share in
      self.patch.map { max(step, Int(Double($0) * share) / step * step) }
    }
    if let smaller = shares.first(where: { MemoryNeed(network, patch: $0, batch: batch).bytes <= available }) {
      ways.append("patches of \(smaller)")
    }
    return ways.isEmpty ? "nothing near it would fit" : "would fit: " + ways.joined(separator: ", or ")
  }

  private func largest(below count: Int, _ need: (Int) -> MemoryNeed, _ available: Int) -> Int? {
    (1..<max(1, count)).last { need($0).bytes <= available }
  }

  static func text(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) * 1e-9) }
}
