import Augmentation
import CSegprep
import Prepared
import Streaming

/// A batch in the hands of a C program, with what is told of its samples.
final class LentBatch: @unchecked Sendable {
  let epoch: Int
  let number: Int
  let isLastOfEpoch: Bool
  let memory: BatchMemory
  let shape: BatchShape
  /// In C's memory, as long as the batch is lent.
  let samples: UnsafeMutableBufferPointer<segprep_sample>
  private let batch: StreamBatch

  init(_ batch: consuming StreamBatch, _ shelf: TextShelf) {
    (epoch, number, isLastOfEpoch) = (batch.epoch, batch.number, batch.isLastOfEpoch)
    (memory, shape) = (batch.memory, batch.shape)
    let told = batch.samples.map { sample in
      segprep_sample(
        case_identifier: shelf.text(sample.caseIdentifier), file: shelf.text(sample.file), place: Int64(sample.place),
        patch: Int64(sample.patch), origin: sample.origin.extents, occurrence: Int64(sample.occurrence),
        is_valid: sample.isValid ? 1 : 0)
    }
    samples = .allocate(capacity: told.count)
    _ = samples.initialize(from: told)
    self.batch = batch
  }

  deinit { samples.deallocate() }

  /// What augmentation drew for a sample, as JSON; nil for nothing.
  func drawn(_ sample: Int) throws -> String? {
    guard samples.indices.contains(sample) else {
      throw CallError.setting(name: "sample", found: sample, expected: "0 to \(samples.count - 1)")
    }
    guard let record = batch.samples[sample].drawn as? AugmentationRecord else { return nil }
    return try CanonicalJSON.text(record.transforms, compact: true)
  }
}
