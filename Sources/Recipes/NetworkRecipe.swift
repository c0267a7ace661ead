/// The network: a 3D U-Net.
public struct NetworkRecipe: Sendable, Codable, Equatable {
  /// How often the patch is halved.
  public var depth = 4
  /// Filters of the first level; each further one has twice as many.
  public var filters = 32
  /// What follows each convolution.
  public var norm = Norm.batch
  /// Whether coarser levels have outputs of their own, each counting half of the next finer one.
  public var hasDeepSupervision = false

  /// How activations are normalised.
  public enum Norm: String, Sendable, Codable, CaseIterable { case batch, instance, none }

  /// The paper's network.
  public init() {}
}
