import ArgumentParser
import Augmentation
import Pipeline
import Foundation
import Parallelism
import Prepared
import Randomness
import Volumes

/// `segprep bench augment`.
struct AugmentBench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "augment",
    abstract: "Time each transform and the presets on one patch, beside a plain copy of it.",
    discussion: """
      A patch is an image of float32 and its label, without margin unless --margin says otherwise. Each transform is \
      carried out on every sample, from memory into other memory, on one thread; presets draw as they do in training, and \
      their time is the mean over many samples. At the end a batch is made by one and by --jobs threads.

      Examples:
        segprep bench augment
        segprep bench augment --margin 8 --json
      """)

  @Option(help: "Voxels on each side that a source has beyond the patch.")
  var margin = 0

  @Option(help: "Runs of each transform; presets make ten times as many samples.")
  var runs = 11

  @Option(help: "Threads of the batch.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    if jobs < 1 || runs < 1 { throw ValidationError("--jobs and --runs must be at least 1") }
    if !(0...64).contains(margin) { throw ValidationError("--margin must be from 0 to 64, found \(margin)") }
  }

  private struct Row: Encodable {
    var name: String
    var msPerPatch: Double
    /// How many copies of the image and the label take as long.
    var copies: Double
  }

  private struct Result: Encodable {
    var shape: [Int]
    var margin: Int
    var bytes: Int
    var copyMs: Double
    var copyGBPerS: Double
    var transforms: [Row]
    var presets: [Row]
    var batchThreads: Int
    var batchSpeedup: Double
  }

  func run() throws {
    try reporting {
      let bench = try PatchBench(shape: Shape(z: 80, y: 160, x: 160), margin: Shape { _ in margin }, runs: runs)
      let copy = bench.copySeconds()
      func row(_ name: String, _ seconds: Double) -> Row {
        Row(name: name, msPerPatch: seconds * 1e3, copies: seconds / copy)
      }
      var transforms: [Row] = []
      for (name, list, order) in Self.transforms {
        transforms.append(row(name, try bench.seconds(list, SpatialSampling(imageOrder: order))))
      }
      var presets: [Row] = []
      for preset in [Preset.nnunet, .miscnn] {
        presets.append(row(preset.rawValue, try bench.meanSeconds(preset)))
      }
      let (alone, together) = (try bench.batchSeconds(jobs: 1), try bench.batchSeconds(jobs: jobs))
      show(
        Result(
          shape: [80, 160, 160], margin: margin, bytes: bench.bytes, copyMs: copy * 1e3,
          copyGBPerS: Double(bench.bytes) / copy * 1e-9, transforms: transforms, presets: presets, batchThreads: jobs,
          batchSpeedup: alone / together))
    }
  }

  private static let transforms: [(String, [Transform], SpatialSampling.Order)] = {
    let moving: [Transform] = [
      .rotation(Rotation(degrees: 15)), .scale(Scale(factor: 0.85...1.25)),
    ]
    let bending = moving + [.elastic(Elastic(alpha: 300...900))]
    return [
      ("elastic + rotation + scale, order 1", bending, .linear),
      ("elastic + rotation + scale, order 3", bending, .cubic),
      ("rotation + scale, order 1", moving, .linear),
      ("rotation + scale, order 3", moving, .cubic),
      ("mirror", [.mirror(Mirror(probability: ZYX(z: 1, y: 1, x: 1)))], .linear),
      ("contrast", [.contrast(Contrast())], .linear),
      ("brightness, multiplicative", [.brightnessMultiplicative(BrightnessMultiplicative())], .linear),
      ("brightness, additive", [.brightnessAdditive(BrightnessAdditive())], .linear),
      ("gamma", [.gamma(Gamma())], .linear),
      ("gamma, retain_stats", [.gamma(Gamma(retainsStatistics: true))], .linear),
      ("gaussian noise", [.gaussianNoise(GaussianNoise(deviation: 0.05...0.1))], .linear),
      ("gaussian blur, sigma 0.5 to 1", [.gaussianBlur(GaussianBlur())], .linear),
      ("simulated low resolution", [.simulatedLowResolution(SimulatedLowResolution())], .linear),
    ]
  }()

  private func show(_ result: Result) {
    if json { return print((try? CanonicalJSON.text(result)) ?? "", terminator: "") }
    func number(_ value: Double, _ decimals: Int = 2) -> String { Quantity.number(value, decimals: decimals) }
    func line(_ row: Row) -> String {
      let name = row.name + String(repeating: " ", count: max(1, 38 - row.name.count))
      return "  \(name)\(number(row.msPerPatch)) ms, \(number(row.copies, 1)) copies"
    }
    print("One patch of 80x160x160 with its label, margin \(result.margin), one thread:")
    print("  a plain copy of both takes \(number(result.copyMs)) ms (\(number(result.copyGBPerS, 1)) GB/s read)")
    for row in result.transforms { print(line(row)) }
    print("Whole presets, drawn as in training, mean:")
    for row in result.presets { print("\(line(row)), \(number(1e3 / row.msPerPatch, 0)) patches/s") }
    print("A batch on \(result.batchThreads) threads: \(number(result.batchSpeedup)) times one thread")
  }
}

/// A patch in memory whose augmentation is timed.
private final class PatchBench {
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
