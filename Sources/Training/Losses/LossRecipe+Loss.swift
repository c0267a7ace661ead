import Recipes

extension LossRecipe {
  /// The loss that is meant.
  /// - Throws: `TrainingError.lossParameter` for a parameter that the loss does not have, or a value out of its range.
  public func loss() throws(TrainingError) -> any Loss {
    for (key, value) in parameters.sorted(by: { $0.key < $1.key }) { try check(key, value) }
    // The checks leave no parameter without a value but the one that may be without.
    let number = { (key: String) in value(key) ?? .nan }
    switch name {
    case .crossEntropy: return CrossEntropy()
    case .focal: return Focal(alpha: number("alpha"), gamma: number("gamma"))
    case .dice: return Dice()
    case .tversky: return Tversky(delta: number("delta"))
    case .focalTversky: return FocalTversky(delta: number("delta"), exponent: number("exponent"))
    case .cosineTversky: return CosineTversky(delta: number("delta"), gamma: number("gamma"))
    case .combo: return Combo(alpha: number("alpha"), beta: number("beta"))
    case .mixedFocal:
      return MixedFocal(
        weight: value("weight"), focal: Focal(alpha: number("alpha"), gamma: number("gamma")),
        focalTversky: FocalTversky(delta: number("delta"), exponent: number("exponent")))
    case .unifiedFocal, .symmetricUnifiedFocal:
      return UnifiedFocal(
        name == .unifiedFocal ? .asymmetric : .symmetric, weight: number("weight"), delta: number("delta"),
        gamma: number("gamma"))
    }
  }

  /// The loss of a name on the command line, with the paper's parameters.
  /// - Throws: `TrainingError.unknownLoss`.
  public init(option name: String) throws(TrainingError) {
    guard let known = Name(named: name) else {
      throw .unknownLoss(name, known: Name.allCases.map(\.hyphenated))
    }
    self.init(known)
  }

  private func check(_ key: String, _ value: Double) throws(TrainingError) {
    guard let parameter = name.parameters.first(where: { $0.name == key }) else {
      let known = name.parameters.map(\.name)
      throw .lossParameter(
        name.rawValue, found: key, expected: known.isEmpty ? "no parameters" : known.joined(separator: ", "))
    }
    guard parameter.range.contains(value) else {
      let (lower, upper) = (parameter.range.lowerBound, parameter.range.upperBound)
      throw .lossParameter(name.rawValue, found: "\(key) \(value)", expected: "\(key) from \(lower) to \(upper)")
    }
  }
}
