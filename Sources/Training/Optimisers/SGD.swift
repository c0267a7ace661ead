/// Stochastic gradient descent with Nesterov's momentum, as PyTorch computes it; weight decay is added to the gradient.
public final class SGD: Optimiser {
  /// Of the next step.
  public var learningRate: Double
  /// Steps so far.
  public var steps = 0
  private let momentum: Double
  private let weightDecay: Double
  private let parameters: [NamedTensor]
  private let velocities: [Tensor]

  /// - Throws: `TrainingError`.
  public init(
    _ parameters: [NamedTensor], learningRate: Double = 1e-2, momentum: Double = 0.99, weightDecay: Double = 0
  ) throws {
    self.parameters = parameters
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    velocities = try parameters.map { try Tensor(full: $0.tensor.shape, device: $0.tensor.device) }
  }

  /// Each parameter's velocity.
  public var memory: [NamedTensor] {
    zip(parameters, velocities).map { NamedTensor(name: "momentum_buffer.\($0.name)", tensor: $1) }
  }

  /// Moves the parameters once, and forgets their gradients.
  public func step() throws {
    steps += 1
    try forEachGradient(of: parameters, decay: weightDecay) { parameter, gradient, place in
      let velocity = velocities[place]
      try velocity.multiply(by: momentum)
      try velocity.add(gradient)
      try gradient.add(velocity, scale: momentum)
      try parameter.add(gradient, scale: -learningRate)
    }
  }
}
