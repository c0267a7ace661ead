import Streaming

/// A batch of a stream as tensors on a device; the samples that only fill it up are left out.
struct PatchBatch {
  /// (sample, channel, z, y, x), float32.
  let images: Tensor
  /// (sample, z, y, x), int64.
  let labels: Tensor
  /// Valid samples: the first ones.
  let samples: Int

  /// Copies a batch.
  /// - Throws: `TrainingError`; `.foreignClass` for a label that the network has no class for.
  init(_ batch: borrowing StreamBatch, classes: Int, device: Device) throws {
    let valid = batch.samples.prefix { $0.isValid }
    let (shape, patch) = (batch.shape, batch.shape.patch)
    samples = valid.count
    let floats = UnsafeBufferPointer(rebasing: batch.floats[..<(samples * shape.imageCount)])
    let bytes = UnsafeBufferPointer(rebasing: batch.labels[..<(samples * patch.count)])
    if let place = bytes.firstIndex(where: { $0 >= classes }) {
      throw TrainingError.foreignClass(
        found: Int(bytes[place]), classes: classes, patch: valid[place / patch.count].name)
    }
    images = try Tensor(floats, shape: [samples, shape.channels] + patch.array).to(device)
    labels = try Tensor(bytes, shape: [samples] + patch.array).to(device).to(.int64)
  }
}

extension StreamSample {
  /// As messages name it.
  var name: String { "patch \(patch) of \(caseIdentifier)" }
}
