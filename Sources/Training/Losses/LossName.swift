/// The losses by the names that pipeline files and `--loss` give them, with the paper's parameters unless others are given.
public enum LossName: String, CaseIterable, Sendable {
  case crossEntropy = "cross-entropy"
  case focal
  case dice
  case tversky
  case focalTversky = "focal-tversky"
  case cosineTversky = "cosine-tversky"
  case combo
  case mixedFocal = "mixed-focal"
  /// The asymmetric form, the paper's best.
  case unifiedFocal = "unified-focal"
  case symmetricUnifiedFocal = "symmetric-unified-focal"

  /// The seven losses that the paper's tables compare, in their order.
  public static let paper: [LossName] = [
    .crossEntropy, .focal, .dice, .tversky, .focalTversky, .combo, .unifiedFocal,
  ]

  /// The parameters and their defaults; a weight that is nan stands for none.
  public var parameters: [String: Double] {
    switch self {
    case .crossEntropy, .dice: [:]
    case .focal: ["alpha": 0.25, "gamma": 2]
    case .tversky: ["delta": 0.7]
    case .focalTversky: ["delta": 0.7, "exponent": 0.75]
    case .cosineTversky: ["delta": 0.7, "gamma": 1]
    case .combo: ["alpha": 0.5, "beta": 0.5]
    case .mixedFocal: ["weight": .nan, "alpha": 0.25, "gamma": 2, "delta": 0.7, "exponent": 0.75]
    case .unifiedFocal, .symmetricUnifiedFocal: ["weight": 0.5, "delta": 0.6, "gamma": 0.5]
    }
  }

  /// The loss.
  /// - Parameter given: parameters that are not at their default.
  /// - Throws: `TrainingError.lossParameter` for one that the loss does not have, or a value out of its range.
  public func loss(_ given: [String: Double] = [:]) throws(TrainingError) -> any Loss {
    for (key, value) in given.sorted(by: { $0.key < $1.key }) { try check(key, value) }
    let own = parameters.merging(given) { $1 }
    let number = { (key: String) in own[key] ?? .nan }
    switch self {
    case .crossEntropy: return CrossEntropy()
    case .focal: return Focal(alpha: number("alpha"), gamma: number("gamma"))
    case .dice: return Dice()
    case .tversky: return Tversky(delta: number("delta"))
    case .focalTversky: return FocalTversky(delta: number("delta"), exponent: number("exponent"))
    case .cosineTversky: return CosineTversky(delta: number("delta"), gamma: number("gamma"))
    case .combo: return Combo(alpha: number("alpha"), beta: number("beta"))
    case .mixedFocal:
      return MixedFocal(
        weight: number("weight").isNaN ? nil : number("weight"),
        focal: Focal(alpha: number("alpha"), gamma: number("gamma")),
        focalTversky: FocalTversky(delta: number("delta"), exponent: number("exponent")))
    case .unifiedFocal, .symmetricUnifiedFocal:
      return UnifiedFocal(
        self == .unifiedFocal ? .asymmetric : .symmetric, weight: number("weight"), delta: number("delta"),
        gamma: number("gamma"))
    }
  }

  /// The loss of a name.
  /// - Throws: `TrainingError.unknownLoss`.
  public init(named name: String) throws(TrainingError) {
    guard let known = LossName(rawValue: name) else {
      throw .unknownLoss(name, known: LossName.allCases.map(\.rawValue))
    }
    self = known
  }

  private func check(_ key: String, _ value: Double) throws(TrainingError) {
    let keys = parameters.keys.sorted()
    guard keys.contains(key) else { throw .lossParameter(rawValue, found: key, expected: Self.listing(keys)) }
    // Weights are shares; an exponent may be greater than 1, and only that of Unified Focal is one taken from 1.
    let isShare = ["weight", "delta", "beta"].contains(key) || (key == "alpha" && self == .combo)
    let most = isShare ? 1 : key == "gamma" && parameters["weight"] == 0.5 ? 0.999 : 10
    guard value >= 0, value <= most else {
      throw .lossParameter(rawValue, found: "\(key) \(value)", expected: "\(key) from 0 to \(most)")
    }
  }

  private static func listing(_ keys: [String]) -> String {
    keys.isEmpty ? "no parameters" : keys.joined(separator: ", ")
  }
}
