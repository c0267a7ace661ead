import Foundation
import Streaming

/// Plays a training: takes batches, and keeps a thread busy for as long as a step would take.
struct Trainer {
  private let computeSeconds: Double
  private let list: SampleList?
  private let state: StateFile?
  private let opened: Date
  /// From before the stream was opened until its first batch was there.
  private(set) var firstBatchSeconds = 0.0
  /// The part of it that the trainer waited for the open stream.
  private(set) var firstWaitSeconds = 0.0
  private(set) var seconds = 0.0
  private(set) var computed = 0.0
  private(set) var batches = 0

  /// - Parameters:
  ///   - listing: where to list the samples; nil for nowhere.
  ///   - state: where to keep the stream's state; nil for nowhere.
  ///   - opened: when opening the stream began.
  init(computeSeconds: Double, listing: String?, state: String?, opened: Date) throws {
    self.computeSeconds = computeSeconds
    self.opened = opened
    list = try listing.map { try SampleList($0) }
    self.state = state.map { StateFile(path: $0) }
  }

  /// Reads a stream to its end.
  mutating func run(_ stream: ShardStream) throws {
    // What cannot be written is told now rather than after a batch.
    try state?.write(stream)
    let start = Date()
    while let batch = try stream.next() {
      if batches == 0 {
        (firstBatchSeconds, firstWaitSeconds) = (Date().timeIntervalSince(opened), Date().timeIntervalSince(start))
      }
      batches += 1
      if computeSeconds > 0 { compute() }
      try list?.add(batch)
      // After all that is done with the batch: whoever goes on from here has it behind him.
      try state?.write(stream)
    }
    seconds = Date().timeIntervalSince(start)
  }

  /// A framework's thread does not sleep while the accelerator works: it launches kernels and polls. So this competes for
  /// the CPU as that would.
  private mutating func compute() {
    let start = DispatchTime.now().uptimeNanoseconds
    let end = start + UInt64(computeSeconds * 1e9)
    var values = SIMD8<Float>(repeating: 1)
    while DispatchTime.now().uptimeNanoseconds < end {
      for _ in 0..<256 { values = values * 0.999 + 0.001 }
    }
    precondition(values[0].isFinite, "kept, so that the work is done")
    computed += Double(DispatchTime.now().uptimeNanoseconds - start) * 1e-9
  }
}
