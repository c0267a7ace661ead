import Recipes
import Volumes

/// What decides a network's parameters and their meaning.
public struct NetworkDescription: Sendable, Codable, Equatable {
  /// What was asked for.
  public var recipe: NetworkRecipe
  /// Channels of the image.
  public var channels: Int
  /// Classes, background among them.
  public var classes: Int

  /// A network for these images and classes.
  public init(_ recipe: NetworkRecipe, channels: Int, classes: Int) {
    self.recipe = recipe
    self.channels = channels
    self.classes = classes
  }

  /// In words.
  public var summary: String {
    "depth \(recipe.depth), \(recipe.filters) filters, \(recipe.norm.rawValue) norm, "
      + "\(recipe.hasDeepSupervision ? "" : "no ")deep supervision, "
      + "\(channels) channels, \(classes) classes"
  }

  /// Filters at a level, 0 at full resolution.
  func filters(at level: Int) -> Int { recipe.filters << level }

  /// Holds a patch against the network.
  /// - Throws: `TrainingError.network` where it cannot be built, `.patch` where the patch cannot be halved `recipe.depth` times.
  public func check(patch: Shape) throws(TrainingError) {
    func hold(_ what: String, _ found: Int, _ range: ClosedRange<Int>) throws(TrainingError) {
      guard range.contains(found) else { throw .network(what: what, found: found, expected: range) }
    }
    try hold("depth", recipe.depth, 1...8)
    try hold("filters", recipe.filters, 1...1024)
    try hold("channels", channels, 1...1024)
    try hold("classes", classes, 2...255)
    let step = 1 << recipe.depth
    guard patch.array.allSatisfy({ $0 % step == 0 }) else {
      let nearest = patch.map { max(step, Int((Double($0) / Double(step)).rounded()) * step) }
      throw .patch(found: patch, depth: recipe.depth, nearest: nearest)
    }
  }

  /// Holds batches to train on against the network.
  /// - Throws: as `check(patch:)`, and `TrainingError.norm` where a normalisation has one value alone at the lowest level.
  public func check(patch: Shape, batch: Int) throws(TrainingError) {
    try check(patch: patch)
    let values = patch.map { $0 >> recipe.depth }.count * (recipe.norm == .batch ? batch : 1)
    guard recipe.norm == .none || values > 1 else {
      throw .norm(kind: recipe.norm.rawValue, patch: patch, batch: batch, depth: recipe.depth)
    }
  }
}
