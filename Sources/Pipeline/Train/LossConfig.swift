/// A loss and its parameters, as the `train` section names them.
public struct LossConfig: Sendable, Equatable {
  /// Which loss.
  public var name: Name
  /// Every parameter that the loss has, by name.
  public var parameters: [String: Double]

  /// A loss with the paper's parameters, but for those given.
  public init(_ name: Name, parameters: [String: Double] = [:]) {
    self.name = name
    self.parameters = name.defaults.merging(parameters) { $1 }
  }

  /// The losses of the paper (arXiv 2102.04525).
  public enum Name: String, Sendable, CaseIterable {
    case crossEntropy = "cross_entropy"
    case focal, dice, tversky
    case focalTversky = "focal_tversky"
    case cosineTversky = "cosine_tversky"
    case combo
    case mixedFocal = "mixed_focal"
    case symmetricUnifiedFocal = "symmetric_unified_focal"
    /// The asymmetric form.
    case unifiedFocal = "unified_focal"

    /// The parameters and the paper's values for them; its exponent 4/3 of focal Tversky is meant as 1 / (4/3).
    public var defaults: [String: Double] {
      switch self {
      case .crossEntropy, .dice: [:]
      case .focal: ["alpha": 0.25, "gamma": 2]
      case .tversky: ["delta": 0.7]
      case .focalTversky: ["delta": 0.7, "gamma": 0.75]
      case .cosineTversky: ["delta": 0.7, "gamma": 1]
      case .combo: ["alpha": 0.5, "beta": 0.5]
      case .mixedFocal: ["lambda": 0.5, "alpha": 0.25, "focal_gamma": 2, "delta": 0.7, "tversky_gamma": 0.75]
      case .symmetricUnifiedFocal, .unifiedFocal: ["lambda": 0.5, "delta": 0.6, "gamma": 0.5]
      }
    }
  }

  /// What a parameter may be: exponents are positive, all others weigh one thing against another.
  static func range(of parameter: String) -> ClosedRange<Double> { parameter.hasSuffix("gamma") ? 0...10 : 0...1 }
}
