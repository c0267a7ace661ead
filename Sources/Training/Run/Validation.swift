import Streaming

/// A network held against patches that it was not trained on.
struct Validation {
  /// The mean over patches.
  private(set) var loss = 0.0
  /// By class.
  private(set) var dice: [Double?] = []

  /// Reads a stream to its end.
  /// - Parameter wholeCases: is given what the network makes of each patch.
  /// - Throws: `TrainingError`, and what reading a patch throws.
  init(_ network: UNet3D, _ loss: any Loss, on stream: ShardStream, epoch: Int, wholeCases: WholeCases? = nil)
    throws
  {
    let classes = network.description.classes
    var (counts, patches, sum) = (DiceCounts(classes: classes), 0, 0.0)
    try Torch.withoutGradients {
      while let batch = try stream.next() {
        let tensors = try PatchBatch(batch, classes: classes, device: network.device)
        let logits = try network(tensors.images, isTraining: false)[0]
        let value = try loss.value(LossInput(logits: logits, labels: tensors.labels)).item()
        guard value.isFinite else {
          throw TrainingError.notANumber(
            what: "the loss", found: "\(value)", epoch: epoch, batch: batch.number + 1,
            patches: batch.samples.prefix(tensors.samples).map { $0.name + " (validation)" })
        }
        sum += value * Double(tensors.samples)
        patches += tensors.samples
        let predicted: [UInt8] = try logits.argmax(over: 1).to(.uint8).values()
        let voxels = batch.shape.patch.count
        let probabilities: [Float] = try wholeCases == nil ? [] : logits.softmax(over: 1).values()
        for number in 0..<tensors.samples {
          let range = number * voxels..<(number + 1) * voxels
          counts.add(predicted[range], batch.labels[range], of: batch.samples[number].caseIdentifier)
          if let wholeCases {
            try probabilities.withUnsafeBufferPointer { all in
              let own = UnsafeBufferPointer(rebasing: all[number * classes * voxels..<(number + 1) * classes * voxels])
              try wholeCases.add(batch.samples[number], own, truth: batch.labels[range])
            }
          }
        }
      }
    }
    wholeCases?.finish()
    self.loss = sum / Double(patches)
    dice = counts.dice
  }
}
