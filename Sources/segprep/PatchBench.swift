import Augmentation
import Parallelism
import Randomness
import Volumes

/// A patch in memory whose augmentation is timed.
final class PatchBench {
  private let shape: Shape
  private let margin: Shape
  private let runs: Int
  private let image: Buffer<Float>
  private let label: Buffer<UInt8>
  private let pad = Buffer<Float>(count: 1)
  private let target: (image: Buffer<Float>, label: Buffer<UInt8>)
  private let workspace = AugmentationWorkspace()

  /// Noise, and a ball as its label.
  init(shape: Shape, margin: Shape, runs: Int) throws {
    (self.shape, self.margin, self.runs) = (shape, margin, runs)
    let whole = Shape { shape[$0] + 2 * margin[$0] }
    (image, label) = (Buffer(count: whole.count), Buffer(count: whole.count))
    target = (Buffer(count: shape.count), Buffer(count: shape.count))
    var stream = RandomStream(seed: 1, purpose: "bench")
    for index in 0..<whole.count { image[index] = Float(stream.uniform()) }
    func squared(_ index: Int, _ count: Int) -> Double {
      let place = 2 * Double(index) / Double(count - 1) - 1
      return place * place
    }
    for z in 0..<whole.z {
      for y in 0..<whole.y {
        let distance = squared(z, whole.z) + squared(y, whole.y)
        for x in 0..<whole.x where distance + squared(x, whole.x) < 0.3 {
          label[(z * whole.y + y) * whole.x + x] = 1
        }
      }
    }
  }

  /// Of the image and the label, without margin.
  var bytes: Int { shape.count * 5 }

  func copySeconds() -> Double {
    median {
      target.image.base.update(from: image.base, count: shape.count)
      target.label.base.update(from: label.base, count: shape.count)
    }
  }

  /// The median over samples.
  func seconds(_ transforms: [Transform], _ sampling: SpatialSampling) throws -> Double {
    let augmenter = try Augmenter(transforms: transforms, patchShape: shape, margin: margin, sampling: sampling)
    var number: UInt32 = 0
    return try median {
      number += 1
      try augmenter.apply(source, to: sink(target), key: SampleKey(seed: 1, patch: number), workspace: workspace)
    }
  }

  /// The mean over ten times as many samples.
  func meanSeconds(_ preset: Preset) throws -> Double {
    let augmenter = try Augmenter(preset: preset, patchShape: shape, margin: margin)
    func make(_ number: UInt32) throws {
      try augmenter.apply(source, to: sink(target), key: SampleKey(seed: 1, patch: number), workspace: workspace)
    }
    for number in 0..<5 { try make(UInt32(number)) }
    let count = 10 * runs
    return try seconds { for number in 0..<count { try make(UInt32(number)) } } / Double(count)
  }

  /// For a batch of eight samples that all have something to do.
  func batchSeconds(jobs: Int) throws -> Double {
    let augmenter = try Augmenter(
      transforms: [.rotation(Rotation(degrees: 15)), .elastic(Elastic(alpha: 900...900)), .gamma(Gamma())],
      patchShape: shape, margin: margin)
    let workers = Workers(count: jobs)
    defer { workers.stop() }
    let workspaces = ScratchPool<AugmentationWorkspace>()
    let targets = (0..<8).map { _ in
      (image: Buffer<Float>(count: shape.count), label: Buffer<UInt8>(count: shape.count))
    }
    let batch = targets.enumerated().map { number, target in
      BatchSample(source: source, target: sink(target), key: SampleKey(seed: 2, patch: UInt32(number)))
    }
    return try withExtendedLifetime(targets) {
      try median { try augmenter.apply(batch, on: workers, workspaces: workspaces) }
    }
  }

  private var source: PatchSource {
    PatchSource(
      image: .float32(UnsafePointer(image.base)), label: UnsafePointer(label.base), channels: 1,
      shape: Shape { shape[$0] + 2 * margin[$0] }, padValues: UnsafePointer(pad.base))
  }

  private func sink(_ buffers: (image: Buffer<Float>, label: Buffer<UInt8>)) -> PatchTarget {
    PatchTarget(image: buffers.image.base, label: buffers.label.base)
  }

  /// Of the runs after two that do not count.
  private func median(_ body: () throws -> Void) rethrows -> Double {
    for _ in 0..<2 { try body() }
    return try (0..<runs).map { _ in try seconds(body) }.sorted()[runs / 2]
  }

  private func seconds(_ body: () throws -> Void) rethrows -> Double {
    try ContinuousClock().measure(body) / .seconds(1)
  }
}
