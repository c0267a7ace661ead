/// The 3D U-Net of Cicek et al. (2016): on each level two 3x3x3 convolutions with normalisation and ReLU; max-pooling by 2
/// on the way down, transposed convolutions 2x2x2 and the level's own features on the way up; a 1x1x1 convolution at the end.
public final class UNet3D {
  /// What it was made from.
  public let description: NetworkDescription
  /// Where it computes.
  public let device: Device
  /// What is learned.
  public let parameters: [NamedTensor]
  /// What is measured while learning: running means and variances.
  public let statistics: [NamedTensor]
  private let down: [ConvolutionBlock]
  private let bottom: ConvolutionBlock
  /// By level, 0 at full resolution.
  private let up: [Up]
  /// By level; one alone without deep supervision.
  private let heads: [Head]

  private struct Up {
    var weight: Tensor
    var bias: Tensor
    var block: ConvolutionBlock
  }

  private struct Head {
    var weight: Tensor
    var bias: Tensor
  }

  /// A network whose weights follow from the seed and their names alone.
  /// - Throws: `TrainingError`.
  public init(_ description: NetworkDescription, seed: UInt64, device: Device = .cpu) throws {
    var make = ParameterMaker(seed: seed, device: device)
    let depth = description.recipe.depth
    down = try (0..<depth).map { level in
      try ConvolutionBlock(
        "encoder.\(level)", inputs: level == 0 ? description.channels : description.filters(at: level - 1),
        outputs: description.filters(at: level), norm: description.recipe.norm, &make)
    }
    bottom = try ConvolutionBlock(
      "bottom", inputs: description.filters(at: depth - 1), outputs: description.filters(at: depth),
      norm: description.recipe.norm, &make)
    up = try (0..<depth).map { level in
      let (inputs, outputs) = (description.filters(at: level + 1), description.filters(at: level))
      return Up(
        // Each voxel comes from one voxel below, whatever the kernel's size.
        weight: try make.weight("decoder.\(level).up.weight", shape: [inputs, outputs, 2, 2, 2], inputs: inputs),
        bias: try make.channelwise("decoder.\(level).up.bias", count: outputs, value: 0),
        block: try ConvolutionBlock(
          "decoder.\(level)", inputs: 2 * outputs, outputs: outputs, norm: description.recipe.norm, &make))
    }
    heads = try (0..<(description.recipe.hasDeepSupervision ? depth : 1)).map { level in
      let inputs = description.filters(at: level)
      return Head(
        weight: try make.weight("head.\(level).weight", shape: [description.classes, inputs, 1, 1, 1], inputs: inputs),
        bias: try make.channelwise("head.\(level).bias", count: description.classes, value: 0))
    }
    self.description = description
    self.device = device
    parameters = make.learned
    statistics = make.measured
  }

  /// Numbers that are learned.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.tensor.count } }

  /// Logits (sample, class, z, y, x) of images (sample, channel, z, y, x) whose extents can be halved `depth` times: at full
  /// resolution; in training with deep supervision followed by those of each coarser level, half as large each time.
  /// - Throws: `TrainingError`.
  public func callAsFunction(_ images: Tensor, isTraining: Bool) throws -> [Tensor] {
    var value = images
    var features: [Tensor] = []
    for block in down {
      features.append(try block(value, isTraining: isTraining))
      value = try features[features.count - 1].maxPooled(2)
    }
    value = try bottom(value, isTraining: isTraining)
    var logits: [Tensor] = []
    for (level, up) in up.enumerated().reversed() {
      let raised = try value.transposeConvolved(up.weight, bias: up.bias, stride: 2)
      value = try up.block(try features.removeLast().joined(raised, along: 1), isTraining: isTraining)
      guard level == 0 || isTraining, level < heads.count else { continue }
      let head = heads[level]
      logits.insert(try value.convolved(head.weight, bias: head.bias, padding: 0).to(.float32), at: 0)
    }
    return logits
  }
}
