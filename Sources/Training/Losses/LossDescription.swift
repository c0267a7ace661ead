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
    return maker.make(parameters)
  }

  /// What makes a loss of that name out of those parameters.
  private struct Maker: Sendable {
    var name: String
    var parameters: [String] = []
    var make: @Sendable ([String: Double]) -> any Loss
  }

  private static let makers: [Maker] = [
    Maker(name: "cross_entropy") { _ in CrossEntropy() }
  ]
}
