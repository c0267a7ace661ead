import Foundation
import Streaming

/// Plays a training: takes batches, and keeps a thread busy for as long as a step would take.
struct Trainer {
  private let computeSeconds: Double
  private let list: SampleList?
  /// From before the first batch was asked for until it was there.
  private(set) var firstBatchSeconds = 0.0
  private(set) var seconds = 0.0
  private(set) var computed = 0.0
  private(set) var batches = 0

  /// - Parameter listing: where to list the samples; nil for nowhere.
  init(computeSeconds: Double, listing: String?) throws {
    self.computeSeconds = computeSeconds
    list = try listing.map { try SampleList($0) }
  }

  /// Reads a stream to its end.
  mutating func run(_ stream: ShardStream) throws {
    let start = Date()
    while let batch = try stream.next() {
      if batches == 0 { firstBatchSeconds = Date().timeIntervalSince(start) }
      batches += 1
      if computeSeconds > 0 { compute() }
      try list?.add(batch)
    }
    seconds = Date().timeIntervalSince(start)
    try list?.write()
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
