#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

import Recipes
import Testing

@testable import Training

/// A few steps on two patches, from weights and images that are waves; and what PyTorch makes of them.
struct ShortTraining: Sendable, CustomTestStringConvertible {
  enum Method: Sendable { case adam, sgd }

  var norm: NetworkRecipe.Norm
  var optimiser: Method
  var losses: [Double]
  /// The mean of their absolute values, after the last step, in prediction.
  var logits: Double
  /// The sum of their absolute values, after the last step.
  var parameters: Double

  var testDescription: String { "\(norm) norm, \(optimiser)" }

  static func waves(_ shape: [Int], frequency: Double, phase: Double, base: Float = 0, height: Float = 1) throws
    -> Tensor
  {
    let values = (0..<shape.reduce(1, *)).map { base + height * Float(sin(frequency * Double($0) + phase)) }
    return try Tensor(values, shape: shape)
  }

  /// The same training by our own means.
  func repeated() throws -> ShortTraining {
    let network = try UNet3D(
      NetworkDescription(NetworkRecipe(depth: 2, filters: 4, norm: norm), channels: 1, classes: 3), seed: 1)
    try Torch.withoutGradients {
      for (place, parameter) in network.parameters.enumerated() {
        let shape = parameter.tensor.shape
        try parameter.tensor.copy(
          try Self.waves(shape, frequency: 1.7, phase: Double(place), base: shape.count == 1 ? 1 : 0, height: 0.1))
      }
    }
    let images = try Self.waves([2, 1, 8, 8, 8], frequency: 0.9, phase: 0)
    let labels = try Tensor((0..<1024).map { Int64(($0 * 7 + $0 / 5) % 3) }, shape: [2, 8, 8, 8])
    let method: any Optimiser =
      switch optimiser {
      case .adam: try Adam(network.parameters, learningRate: 0.01, weightDecay: 0.01)
      case .sgd: try SGD(network.parameters, learningRate: 0.05, momentum: 0.9, weightDecay: 0.01)
      }
    var found = self
    found.losses = try losses.map { _ in
      let logits = try network(images, isTraining: true)[0]
      let loss = try CrossEntropy().value(LossInput(logits: logits, labels: labels))
      try loss.backward()
      try method.step()
      return try loss.item()
    }
    let values: [Float] = try Torch.withoutGradients { try network(images, isTraining: false)[0].values() }
    found.logits = values.reduce(0) { $0 + Double(abs($1)) } / Double(values.count)
    found.parameters = try network.parameters.reduce(0) { sum, parameter in
      let values: [Float] = try parameter.tensor.values()
      return values.reduce(sum) { $0 + Double(abs($1)) }
    }
    return found
  }
}
