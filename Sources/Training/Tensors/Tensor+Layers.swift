import CTorch

/// What a 3D network is made of; inputs are (sample, channel, z, y, x). All throw `TrainingError`.
extension Tensor {
  /// A convolution of stride 1 with a weight (channel out, channel in, z, y, x) and a bias by channel.
  func convolved(_ weight: Tensor, bias: Tensor?, padding: Int) throws(TrainingError) -> Tensor {
    try make("convolution") { ctorch_conv3d($0, weight.handle, bias?.handle, Int64(padding), $1) }
  }

  /// A transposed convolution with a weight (channel in, channel out, z, y, x) and a bias by channel.
  func transposeConvolved(_ weight: Tensor, bias: Tensor, stride: Int) throws(TrainingError) -> Tensor {
    try make("transposed convolution") {
      ctorch_transposed_conv3d($0, weight.handle, bias.handle, Int64(stride), $1)
    }
  }

  /// The greatest value of each block of `size` voxels along each axis.
  func maxPooled(_ size: Int) throws(TrainingError) -> Tensor {
    try make("max-pooling") { ctorch_max_pool3d($0, Int64(size), $1) }
  }

  /// Negative elements become 0, in place; returns the tensor itself.
  func rectified() throws(TrainingError) -> Tensor {
    try Torch.check("rectification", ctorch_relu_in_place(handle))
    return self
  }

  /// Each channel normalised over the batch, then scaled and shifted: in training by the batch's own mean and variance,
  /// which the running ones move towards by `momentum`; else by the running ones.
  func batchNormalised(
    scale: Tensor, shift: Tensor, runningMean: Tensor, runningVariance: Tensor, isTraining: Bool, momentum: Double,
    epsilon: Double
  ) throws(TrainingError) -> Tensor {
    try make("batch normalisation") {
      ctorch_batch_norm(
        $0, scale.handle, shift.handle, runningMean.handle, runningVariance.handle, isTraining, momentum, epsilon, $1)
    }
  }

  /// Each channel of each sample normalised by its own mean and variance, then scaled and shifted.
  func instanceNormalised(scale: Tensor, shift: Tensor, epsilon: Double) throws(TrainingError) -> Tensor {
    try make("instance normalisation") { ctorch_instance_norm($0, scale.handle, shift.handle, epsilon, $1) }
  }

  /// Of logits (sample, class, ...), the mean of minus ln softmax at `labels` (sample, ...) of the type `int64`.
  func crossEntropy(_ labels: Tensor) throws(TrainingError) -> Tensor {
    try make("cross entropy") { ctorch_cross_entropy($0, labels.handle, $1) }
  }
}
