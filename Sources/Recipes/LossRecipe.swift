/// A loss by name, with its parameters.
public struct LossRecipe: Sendable, Codable, Equatable {
  /// Which loss.
  public var name: Name
  /// The parameters that are not at the paper's value, by name.
  public var parameters: [String: Double]

  /// A loss with the paper's parameters, but for those given.
  public init(_ name: Name, parameters: [String: Double] = [:]) {
    self.name = name
    self.parameters = parameters
  }

  /// What a parameter is: as given, or the paper's value; nil for one that the loss does not have.
  public func value(_ parameter: String) -> Double? {
    parameters[parameter] ?? name.parameters.first { $0.name == parameter }?.paper
  }

  /// The losses of the paper (arXiv 2102.04525), as pipeline files name them; `--loss` takes hyphens too.
  public enum Name: String, Sendable, Codable, CaseIterable {
    case crossEntropy = "cross_entropy"
    case focal, dice, tversky
    case focalTversky = "focal_tversky"
    case cosineTversky = "cosine_tversky"
    case combo
    case mixedFocal = "mixed_focal"
    /// The asymmetric form, the paper's best.
    case unifiedFocal = "unified_focal"
    case symmetricUnifiedFocal = "symmetric_unified_focal"

    /// The loss of a name in which words are joined by _ or -; nil for none.
    public init?(named name: String) { self.init(rawValue: name.replacing("-", with: "_")) }

    /// The name as a command line has it.
    public var hyphenated: String { rawValue.replacing("_", with: "-") }

    /// What can be chosen about the loss.
    public var parameters: [Parameter] {
      switch self {
      case .crossEntropy, .dice: []
      case .focal: [Parameter("alpha", 0.25, 0...10), Parameter("gamma", 2, 0...10)]
      case .tversky: [Parameter("delta", 0.7)]
      // The paper's text has gamma = 4/3, meant as an exponent of 1 / gamma.
      case .focalTversky: [Parameter("delta", 0.7), Parameter("gamma", 0.75, 0...10)]
      case .cosineTversky: [Parameter("delta", 0.7), Parameter("gamma", 1, 0...10)]
      case .combo: [Parameter("alpha", 0.5), Parameter("beta", 0.5)]
      case .mixedFocal:
        [
          Parameter("lambda", 0.5), Parameter("alpha", 0.25, 0...10), Parameter("focal_gamma", 2, 0...10),
          Parameter("delta", 0.7), Parameter("tversky_gamma", 0.75, 0...10),
        ]
      case .unifiedFocal, .symmetricUnifiedFocal:
        // The power of 1 - T is 1 - gamma, which must stay above 0.
        [Parameter("lambda", 0.5), Parameter("delta", 0.6), Parameter("gamma", 0.5, 0...0.999)]
      }
    }
  }

  /// Something that can be chosen about a loss.
  public struct Parameter: Sendable {
    /// How pipeline files call it.
    public let name: String
    /// The paper's value.
    public let paper: Double
    /// What it may be.
    public let range: ClosedRange<Double>

    init(_ name: String, _ paper: Double, _ range: ClosedRange<Double> = 0...1) {
      (self.name, self.paper, self.range) = (name, paper, range)
    }
  }
}
