/// Which loss is lowered, by name, with its parameters by name; those not given are at their default.
public struct LossDescription: Sendable, Codable, Equatable {
  /// As in `unified_focal`.
  public var name: String
  /// As in `delta`.
  public var parameters: [String: Double]

  /// A loss by name; hyphens stand for underscores.
  public init(name: String, parameters: [String: Double] = [:]) {
    self.name = name.replacing("-", with: "_")
    self.parameters = parameters
  }

  /// The losses' names.
  public static var names: [String] { makers.map(\.name) }

  /// The loss.
  /// - Throws: `TrainingError.noSuchLoss`, `.noSuchParameter`.
  public func loss() throws(TrainingError) -> any Loss {
    guard let maker = Self.makers.first(where: { $0.name == name }) else {
      throw .noSuchLoss(found: name, expected: Self.names)
    }
    if let unknown = parameters.keys.sorted().first(where: { !maker.parameters.contains($0) }) {
      throw .noSuchParameter(loss: name, found: unknown, expected: maker.parameters)
    }
    // Then 1 - T would have a power of 0 or less, and a better overlap would cost more.
    if let gamma = parameters["gamma"], gamma >= 1, maker.hasUnitGamma {
      throw .noSuchParameter(loss: name, found: "gamma \(gamma)", expected: ["gamma below 1"])
    }
    return maker.make { key, standard in parameters[key] ?? standard }
  }

  /// A parameter's value, or the standard one where none was given.
  private typealias Number = (_ key: String, _ standard: Double) -> Double

  /// What makes a loss of that name out of those parameters.
  private struct Maker: Sendable {
    var name: String
    var parameters: [String] = []
    /// Whether 1 - gamma is a power.
    var hasUnitGamma = false
    var make: @Sendable (Number) -> any Loss
  }

  /// By name; the standard values are the paper's (arXiv 2102.04525).
  private static let makers: [Maker] = [
    Maker(name: "cross_entropy") { _ in CrossEntropy() },
    Maker(name: "focal", parameters: ["alpha", "gamma"]) { Focal(alpha: $0("alpha", 0.25), gamma: $0("gamma", 2)) },
    Maker(name: "dice") { _ in Dice() },
    Maker(name: "tversky", parameters: ["delta"]) { Tversky(delta: $0("delta", 0.7)) },
    Maker(name: "focal_tversky", parameters: ["delta", "gamma"]) {
      FocalTversky(delta: $0("delta", 0.7), exponent: $0("gamma", 0.75))
    },
    Maker(name: "cosine_tversky", parameters: ["delta", "gamma"]) {
      CosineTversky(delta: $0("delta", 0.7), gamma: $0("gamma", 1))
    },
    Maker(name: "combo", parameters: ["alpha", "beta"]) { Combo(alpha: $0("alpha", 0.5), beta: $0("beta", 0.5)) },
    Maker(name: "mixed_focal", parameters: ["alpha", "delta", "focal_gamma", "lambda", "tversky_gamma"]) {
      MixedFocal(
        lambda: $0("lambda", 0.5), focal: Focal(alpha: $0("alpha", 0.25), gamma: $0("focal_gamma", 2)),
        focalTversky: FocalTversky(delta: $0("delta", 0.7), exponent: $0("tversky_gamma", 0.75)))
    },
    Maker(name: "symmetric_unified_focal", parameters: ["delta", "gamma", "lambda"], hasUnitGamma: true) {
      UnifiedFocal(.symmetric, lambda: $0("lambda", 0.5), delta: $0("delta", 0.6), gamma: $0("gamma", 0.5))
    },
    Maker(name: "unified_focal", parameters: ["delta", "gamma", "lambda"], hasUnitGamma: true) {
      UnifiedFocal(.asymmetric, lambda: $0("lambda", 0.5), delta: $0("delta", 0.6), gamma: $0("gamma", 0.5))
    },
  ]
}
