/// A batch's memory and what is known of the batch that is being made in it. All but the voxels is touched under the
/// engine's lock only.
final class BatchSlot: @unchecked Sendable {
  let memory: BatchMemory
  /// Where each sample comes from; nil where the batch is filled up.
  private(set) var places: [EpochOrder.Place?]
  var samples: [StreamSample]
  private(set) var epoch = 0
  private(set) var batch = 0
  /// Samples that a thread has taken.
  private(set) var begun = 0
  /// Samples that are finished.
  private(set) var finished = 0
  /// Of the first sample that could not be made.
  private(set) var failure: (sample: Int, error: any Error)?

  init(_ memory: BatchMemory, samples: Int) {
    self.memory = memory
    places = Array(repeating: nil, count: samples)
    self.samples = Array(repeating: StreamSample(), count: samples)
  }

  var isBegun: Bool { begun == places.count }
  var isFinished: Bool { finished == places.count }

  /// Makes the slot that of another batch.
  func begin(epoch: Int, batch: Int, _ place: (_ sample: Int) -> EpochOrder.Place?) {
    (self.epoch, self.batch) = (epoch, batch)
    for sample in places.indices { places[sample] = place(sample) }
    (begun, finished, failure) = (0, 0, nil)
  }

  func take() -> Int {
    begun += 1
    return begun - 1
  }

  func finish(_ sample: Int, _ result: Result<StreamSample, any Error>) {
    finished += 1
    switch result {
    case .success(let made): samples[sample] = made
    case .failure(let error):
      if failure.map({ sample < $0.sample }) ?? true { failure = (sample, error) }
    }
  }
}
