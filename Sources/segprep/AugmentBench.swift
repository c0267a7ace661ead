import ArgumentParser
import Augmentation
import Foundation
import Pipeline
import Prepared
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
    var copyGigabytesPerS: Double
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
          copyGigabytesPerS: Double(bench.bytes) / copy * 1e-9, transforms: transforms, presets: presets,
          batchThreads: jobs,
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
    print("  a plain copy of both takes \(number(result.copyMs)) ms (\(number(result.copyGigabytesPerS, 1)) GB/s read)")
    for row in result.transforms { print(line(row)) }
    print("Whole presets, drawn as in training, mean:")
    for row in result.presets { print("\(line(row)), \(number(1e3 / row.msPerPatch, 0)) patches/s") }
    print("A batch on \(result.batchThreads) threads: \(number(result.batchSpeedup)) times one thread")
  }
}
