import Randomness

/// A tensor that a network is made of, and its name.
public struct NamedTensor {
  /// As in `encoder.0.convolution.0.weight`.
  public let name: String
  /// Changed in place, never replaced.
  public let tensor: Tensor
}

/// Makes a network's tensors, and lists them in the order in which they were made.
struct ParameterMaker {
  let seed: UInt64
  let device: Device
  /// What is learned.
  private(set) var learned: [NamedTensor] = []
  /// What is measured while learning.
  private(set) var measured: [NamedTensor] = []

  init(seed: UInt64, device: Device) {
    self.seed = seed
    self.device = device
  }

  /// Weights of a layer that ReLU follows: normal, with the variance 2 / `inputs` (He et al. 2015), drawn from the stream
  /// of the parameter's name.
  mutating func weight(_ name: String, shape: [Int], inputs: Int) throws -> Tensor {
    var stream = RandomStream(seed: seed, purpose: "network weights", caseIdentifier: name)
    let deviation = (2 / Double(inputs)).squareRoot()
    let values = (0..<shape.reduce(1, *)).map { _ in Float(stream.normal(standardDeviation: deviation)) }
    return try add(name, try Tensor(values, shape: shape).to(device))
  }

  /// A parameter by channel that begins at a value.
  mutating func channelwise(_ name: String, count: Int, value: Double) throws -> Tensor {
    try add(name, try Tensor(full: [count], value: value, device: device))
  }

  /// Something by channel that is measured, not learned.
  mutating func statistic(_ name: String, count: Int, value: Double) throws -> Tensor {
    let tensor = try Tensor(full: [count], value: value, device: device)
    measured.append(NamedTensor(name: name, tensor: tensor))
    return tensor
  }

  private mutating func add(_ name: String, _ tensor: Tensor) throws -> Tensor {
    learned.append(NamedTensor(name: name, tensor: try tensor.requiringGradient()))
    return tensor
  }
}
