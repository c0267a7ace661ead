import Recipes

/// Two 3x3x3 convolutions, each followed by a normalisation and ReLU.
struct ConvolutionBlock {
  private let layers: [Layer]

  private struct Layer {
    var weight: Tensor
    /// Nil before a normalisation, which would take it away again.
    var bias: Tensor?
    var norm: Normalisation?
  }

  init(_ name: String, inputs: Int, outputs: Int, norm: NetworkRecipe.Norm, _ make: inout ParameterMaker) throws {
    var layers: [Layer] = []
    for index in 0..<2 {
      let inputs = index == 0 ? inputs : outputs
      let convolution = "\(name).convolution.\(index)"
      layers.append(
        Layer(
          weight: try make.weight("\(convolution).weight", shape: [outputs, inputs, 3, 3, 3], inputs: inputs * 27),
          bias: norm == .none ? try make.channelwise("\(convolution).bias", count: outputs, value: 0) : nil,
          norm: try Normalisation("\(name).norm.\(index)", channels: outputs, kind: norm, &make)))
    }
    self.layers = layers
  }

  func callAsFunction(_ input: Tensor, isTraining: Bool) throws -> Tensor {
    var value = input
    for layer in layers {
      value = try value.convolved(layer.weight, bias: layer.bias, padding: 1)
      if let norm = layer.norm { value = try norm(value, isTraining: isTraining) }
      value = try value.rectified()
    }
    return value
  }
}

/// Channels brought to mean 0 and variance 1, then scaled and shifted by what is learned.
struct Normalisation {
  private let scale: Tensor
  private let shift: Tensor
  /// Of the batches so far; nil where each sample is normalised by itself.
  private let running: (mean: Tensor, variance: Tensor)?

  /// As PyTorch has them.
  private static let epsilon = 1e-5
  private static let momentum = 0.1

  /// Nil for no normalisation.
  init?(_ name: String, channels: Int, kind: NetworkRecipe.Norm, _ make: inout ParameterMaker) throws {
    guard kind != .none else { return nil }
    scale = try make.channelwise("\(name).weight", count: channels, value: 1)
    shift = try make.channelwise("\(name).bias", count: channels, value: 0)
    running =
      kind == .batch
      ? (
        try make.statistic("\(name).running_mean", count: channels, value: 0),
        try make.statistic("\(name).running_var", count: channels, value: 1)
      ) : nil
  }

  func callAsFunction(_ input: Tensor, isTraining: Bool) throws -> Tensor {
    guard let running else { return try input.instanceNormalised(scale: scale, shift: shift, epsilon: Self.epsilon) }
    return try input.batchNormalised(
      scale: scale, shift: shift, runningMean: running.mean, runningVariance: running.variance,
      isTraining: isTraining, momentum: Self.momentum, epsilon: Self.epsilon)
  }
}
