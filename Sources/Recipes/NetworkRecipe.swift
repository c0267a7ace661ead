/// The network: a 3D U-Net.
public struct NetworkRecipe: Sendable, Codable, Equatable {
  /// How often the patch is halved.
  public var depth: Int
  /// Filters of the first level; each further one has twice as many.
  public var filters: Int
  /// What follows each convolution.
  public var norm: Norm
  /// Whether coarser levels have outputs of their own, each counting half of the next finer one.
  public var hasDeepSupervision: Bool

  /// How activations are normalised.
  public enum Norm: String, Sendable, Codable, CaseIterable { case batch, instance, none }

  /// The paper's network, unless said otherwise.
  public init(depth: Int = 4, filters: Int = 32, norm: Norm = .batch, hasDeepSupervision: Bool = false) {
    self.depth = depth
    self.filters = filters
    self.norm = norm
    self.hasDeepSupervision = hasDeepSupervision
  }
}
