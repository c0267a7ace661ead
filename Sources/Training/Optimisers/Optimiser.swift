/// What moves a network's parameters along their gradients.
public protocol Optimiser: AnyObject {
  /// Of the next step.
  var learningRate: Double { get set }
  /// Steps so far.
  var steps: Int { get set }
  /// What it remembers of each parameter, named as that, with the memory's own name before it.
  var memory: [NamedTensor] { get }
  /// Moves the parameters once, and forgets their gradients.
  /// - Throws: `TrainingError`.
  func step() throws
}

extension [NamedTensor] {
  /// The sum of all gradients, which is finite only if they all are.
  /// - Throws: `TrainingError`.
  func gradientSum() throws -> Double {
    let sums = try compactMap { try $0.tensor.gradient()?.sum() }
    // One number is waited for, not one of each: a GPU would stand still each time.
    guard let first = sums.first else { return 0 }
    return try sums.dropFirst().reduce(first) { try $0 + $1 }.item()
  }
}

extension Optimiser {
  /// Calls `body` with each parameter that has a gradient, the gradient with `decay` times the parameter added to it, and the
  /// parameter's place; then forgets the gradient.
  func forEachGradient(
    of parameters: [NamedTensor], decay: Double,
    _ body: (_ parameter: Tensor, _ gradient: Tensor, _ place: Int) throws -> Void
  ) throws {
    try Torch.withoutGradients {
      for (place, parameter) in parameters.enumerated() {
        let tensor = parameter.tensor
        guard let gradient = try tensor.gradient() else { continue }
        if decay != 0 { try gradient.add(tensor, scale: decay) }
        try body(tensor, gradient, place)
        try tensor.clearGradient()
      }
    }
  }
}
