import Recipes

extension LossRecipe {
  /// The loss that is meant.
  /// - Throws: `TrainingError.noSuchParameter` for a parameter that the loss does not have, or a value out of its range.
  public func loss() throws(TrainingError) -> any Loss {
    for (key, value) in parameters.sorted(by: { $0.key < $1.key }) { try check(key, value) }
    let number = { (key: String) in
      guard let value = value(key) else { preconditionFailure("\(name) has no \(key)") }
      return value
    }
    switch name {
    case .crossEntropy: return CrossEntropy()
    case .focal: return Focal(alpha: number("alpha"), gamma: number("gamma"))
    case .dice: return Dice()
    case .tversky: return Tversky(delta: number("delta"))
    case .focalTversky: return FocalTversky(delta: number("delta"), exponent: number("gamma"))
    case .cosineTversky: return CosineTversky(delta: number("delta"), gamma: number("gamma"))
    case .combo: return Combo(alpha: number("alpha"), beta: number("beta"))
    case .mixedFocal:
      return MixedFocal(
        lambda: number("lambda"), focal: Focal(alpha: number("alpha"), gamma: number("focal_gamma")),
        focalTversky: FocalTversky(delta: number("delta"), exponent: number("tversky_gamma")))
    case .unifiedFocal, .symmetricUnifiedFocal:
      return UnifiedFocal(
        name == .unifiedFocal ? .asymmetric : .symmetric, lambda: number("lambda"), delta: number("delta"),
        gamma: number("gamma"))
    }
  }

  private func check(_ key: String, _ value: Double) throws(TrainingError) {
    guard let parameter = name.parameters.first(where: { $0.name == key }) else {
      throw .noSuchParameter(loss: name.rawValue, found: key, expected: name.parameters.map(\.name))
    }
    guard parameter.range.contains(value) else {
      let range = "\(key) from \(parameter.range.lowerBound) to \(parameter.range.upperBound)"
      throw .noSuchParameter(loss: name.rawValue, found: "\(key) \(value)", expected: [range])
    }
  }
}
