#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Adam (Kingma and Ba 2015), as PyTorch computes it: betas .9 and .999, epsilon 1e-8, weight decay added to the gradient.
public final class Adam: Optimiser {
  /// Of the next step.
  public var learningRate: Double
  /// Steps so far.
  public var steps = 0
  private let weightDecay: Double
  private let parameters: [NamedTensor]
  private let means: [Tensor]
  private let squares: [Tensor]

  private static let (beta1, beta2, epsilon) = (0.9, 0.999, 1e-8)

  /// - Throws: `TrainingError`.
  public init(_ parameters: [NamedTensor], learningRate: Double = 1e-3, weightDecay: Double = 0) throws {
    self.parameters = parameters
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    means = try parameters.map { try Tensor(full: $0.tensor.shape, device: $0.tensor.device) }
    squares = try parameters.map { try Tensor(full: $0.tensor.shape, device: $0.tensor.device) }
  }

  /// By parameter, running means of its gradients and of their squares.
  public var memory: [NamedTensor] {
    zip(parameters, means).map { NamedTensor(name: "exp_avg.\($0.name)", tensor: $1) }
      + zip(parameters, squares).map { NamedTensor(name: "exp_avg_sq.\($0.name)", tensor: $1) }
  }

  /// Moves the parameters once, and forgets their gradients.
  public func step() throws {
    steps += 1
    let correction1 = 1 - pow(Self.beta1, Double(steps))
    let correction2 = 1 - pow(Self.beta2, Double(steps))
    try forEachGradient(of: parameters, decay: weightDecay) { parameter, gradient, place in
      let (mean, square) = (means[place], squares[place])
      try mean.multiply(by: Self.beta1)
      try mean.add(gradient, scale: 1 - Self.beta1)
      try square.multiply(by: Self.beta2)
      try square.addProduct(gradient, gradient, scale: 1 - Self.beta2)
      let root = try square.squareRoot()
      try root.multiply(by: 1 / correction2.squareRoot())
      try root.add(Self.epsilon)
      try parameter.addQuotient(mean, root, scale: -learningRate / correction1)
    }
  }
}
