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

  /// Whether convolutions compute in bfloat16.
  public var isHalf: Bool

  /// A step of that network on batches of such patches.
  public init(_ network: NetworkDescription, patch: Shape, batch: Int, isHalf: Bool = false) {
    self.network = network
    self.patch = patch
    self.batch = batch
    self.isHalf = isHalf
  }

  /// About what a training takes on a CPU, in bytes: the program itself, what is kept for the backward pass, the largest
  /// gradients, the parameters with their gradients and Adam's memory.
  ///
  /// Held against the most that nine trainings of 0.3 to 7.5 GB had resident (`/usr/bin/time -f %M`, libtorch 1.13, two
  /// threads): within 10 % of it.
  public var bytes: Int { Self.process + 4 * (batch * patch.count * perVoxel + 4 * parameters) }

  /// The program, its libraries and the stream's patches.
  private static let process = 250_000_000

  /// Numbers of 4 bytes per voxel at full resolution.
  private var perVoxel: Int {
    // Of each convolution its output and the rectified one; an instance norm holds its input in two more arrangements.
    let perConvolution =
      switch network.recipe.norm {
      case .none: 1.0
      case .batch: 2.0
      case .instance: 4.0
      }
    var numbers = Double(network.channels + 6 * network.classes)
    for level in 0...network.recipe.depth {
      let share = 1 / Double(1 << (3 * level))
      let filters = Double(network.filters(at: level))
      let convolutions = level == network.recipe.depth ? 2.0 : 4.0
      numbers += share * filters * convolutions * perConvolution
      // The joined features; pooled ones with their places.
      if level < network.recipe.depth { numbers += share * filters * (2 + 3.0 / 8) }
    }
    // At the widest place, gradients and features in a convolution's own arrangement, in blocks of 16 channels.
    let blocks = Double((network.recipe.filters + 15) / 16 * 16)
    return Int((numbers + 13 * blocks * (isHalf ? 0.5 : 1)).rounded(.up))
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
    func fits(_ change: (inout MemoryNeed) -> Void) -> Bool {
      var need = self
      change(&need)
      return need.bytes <= available
    }
    var ways: [String] = []
    if let fewer = (1..<max(1, batch)).last(where: { batch in fits { $0.batch = batch } }) {
      ways.append("global_batch: \(fewer)")
    }
    if let fewer = (1..<max(1, network.recipe.filters)).last(where: { filters in
      fits { $0.network.recipe.filters = filters }
    }) {
      ways.append("filters: \(fewer)")
    }
    let step = 1 << network.recipe.depth
    let shares = stride(from: 0.95, to: 0.1, by: -0.05).lazy.map { share in
      self.patch.map { max(step, Int(Double($0) * share) / step * step) }
    }
    if let smaller = shares.first(where: { patch in fits { $0.patch = patch } }) {
      ways.append("patches of \(smaller)")
    }
    return ways.isEmpty ? "nothing near it would fit" : "would fit: " + ways.joined(separator: ", or ")
  }

  static func text(_ bytes: Int) -> String { String(format: "%.1f GB", Double(bytes) * 1e-9) }
}
