import Recipes
import Volumes

/// What decides a network's parameters and their meaning.
public struct NetworkDescription: Sendable, Codable, Equatable {
  /// How activations are normalised.
  public typealias Norm = NetworkRecipe.Norm

  /// How often extents are halved.
  public var depth: Int
  /// Channels at full resolution; each level below has twice those of the one above.
  public var filters: Int
  /// After each 3x3x3 convolution.
  public var norm: Norm
  /// Whether coarser levels give logits of their own in training.
  public var deepSupervision: Bool
  /// Channels of the image.
  public var channels: Int
  /// Classes, background among them.
  public var classes: Int

  /// The network of Cicek et al. (2016): depth 4, 32 filters, batch normalisation, unless said otherwise.
  public init(
    depth: Int = 4, filters: Int = 32, norm: Norm = .batch, deepSupervision: Bool = false, channels: Int, classes: Int
  ) {
    self.depth = depth
    self.filters = filters
    self.norm = norm
    self.deepSupervision = deepSupervision
    self.channels = channels
    self.classes = classes
  }

  /// The network of a recipe, for images of that many channels.
  public init(_ recipe: NetworkRecipe, channels: Int, classes: Int) {
    self.init(
      depth: recipe.depth, filters: recipe.filters, norm: recipe.norm, deepSupervision: recipe.hasDeepSupervision,
      channels: channels, classes: classes)
  }

  /// In words.
  public var summary: String {
    "depth \(depth), \(filters) filters, \(norm.rawValue) norm, \(deepSupervision ? "" : "no ")deep supervision, "
      + "\(channels) channels, \(classes) classes"
  }

  /// Filters at a level, 0 at full resolution.
  func filters(at level: Int) -> Int { filters << level }

  /// Holds a patch against the network.
  /// - Throws: `TrainingError.network` where it cannot be built, `.patch` where the patch cannot be halved `depth` times.
  public func check(patch: Shape) throws(TrainingError) {
    func hold(_ what: String, _ found: Int, _ range: ClosedRange<Int>) throws(TrainingError) {
      guard range.contains(found) else { throw .network(what: what, found: found, expected: range) }
    }
    try hold("depth", depth, 1...8)
    try hold("filters", filters, 1...1024)
    try hold("channels", channels, 1...1024)
    try hold("classes", classes, 2...255)
    let step = 1 << depth
    guard patch.array.allSatisfy({ $0 % step == 0 }) else {
      let nearest = patch.map { max(step, Int((Double($0) / Double(step)).rounded()) * step) }
      throw .patch(found: patch, depth: depth, nearest: nearest)
    }
  }
}
