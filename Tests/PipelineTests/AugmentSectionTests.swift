import Augmentation
import Foundation
import Pipeline
import Testing
import Volumes

@Suite struct AugmentSectionTests {
  private func augment(_ section: String) throws -> AugmentConfig? {
    try Sample.config(Sample.text + "\naugment: \(section)").augment
  }

  private func message(_ section: String) -> String? { Sample.message(Sample.text + "\naugment: \(section)") }

  @Test func presetsBringTheirSampling() throws {
    #expect(try Sample.config().augment == nil)
    let miscnn = try augment("{preset: miscnn}")
    #expect(miscnn?.transforms == Preset.miscnn.transforms && miscnn?.sampling.imageOrder == .cubic)
    #expect(try augment("{preset: nnunet}")?.sampling.imageOrder == .linear)
    let other = try augment("{preset: nnunet, image_order: 3, label_rule: argmax, border: mirror}")
    #expect(other?.sampling == SpatialSampling(imageOrder: .cubic, labelRule: .argmax, border: .mirror))
    #expect(try augment("{preset: miscnn, statistics: case}")?.statistics == .case)
    #expect(try augment("{preset: none}")?.transforms.isEmpty == true)
  }

  @Test func everyParameterIsRead() throws {
    let chances = Chances(sample: 0.15, channel: 0.5, perChannel: false)
    let common = "probability: .15, channel_probability: .5, per_channel: false"
    let written: [(String, Transform)] = [
      (
        "rotation: {degrees: {z: 15, y: {lower: -5, upper: 10}, x: 0}, probability: .2}",
        .rotation(Rotation(degrees: ZYX(z: -15...15, y: -5...10, x: 0...0), probability: 0.2))
      ),
      ("rotation: {degrees: 20}", .rotation(Rotation(degrees: 20))),
      ("mirror: {probability: {z: 0, y: .5, x: 1}}", .mirror(Mirror(probability: ZYX(z: 0, y: 0.5, x: 1)))),
      ("mirror: {probability: .25}", .mirror(Mirror(probability: ZYX(z: 0.25, y: 0.25, x: 0.25)))),
      ("mirror", .mirror(Mirror())),
      (
        "scale: {factor: {lower: .7, upper: 1.4}, per_axis: true, probability: .2}",
        .scale(Scale(factor: 0.7...1.4, perAxis: true, probability: 0.2))
      ),
      (
        "elastic: {alpha: {lower: 0, upper: 9}, sigma: {lower: 4, upper: 5}, spacing_mm: {z: 3, y: 1, x: 1}, probability: .1}",
        .elastic(Elastic(alpha: 0...9, sigma: 4...5, spacing: ZYX(z: 3, y: 1, x: 1), probability: 0.1))
      ),
      ("jitter: {voxels: {z: 1, y: 2, x: 3}}", .jitter(Jitter(voxels: ZYX(z: 1, y: 2, x: 3)))),
      (
        "brightness_multiplicative: {factor: {lower: .5, upper: 2}, balanced: true, \(common)}",
        .brightnessMultiplicative(BrightnessMultiplicative(factor: 0.5...2, isBalanced: true, chances: chances))
      ),
      (
        "brightness_additive: {mean: .1, deviation: .2, \(common)}",
        .brightnessAdditive(BrightnessAdditive(mean: 0.1, deviation: 0.2, chances: chances))
      ),
      (
        "contrast: {factor: {lower: .3, upper: 3}, preserve_range: false, \(common)}",
        .contrast(Contrast(factor: 0.3...3, preservesRange: false, chances: chances))
      ),
      (
        "gamma: {exponent: {lower: .7, upper: 1.5}, invert: true, retain_stats: true, \(common)}",
        .gamma(Gamma(exponent: 0.7...1.5, inverts: true, retainsStatistics: true, chances: chances))
      ),
      ("gaussian_noise: {deviation: .05}", .gaussianNoise(GaussianNoise(deviation: 0.05...0.05))),
      (
        "gaussian_blur: {sigma: {lower: .5, upper: 1}, per_axis: true, \(common)}",
        .gaussianBlur(GaussianBlur(sigma: 0.5...1, perAxis: true, chances: chances))
      ),
      (
        "simulated_low_resolution: {zoom: {lower: .5, upper: 1}, per_axis: true, \(common)}",
        .simulatedLowResolution(SimulatedLowResolution(zoom: 0.5...1, perAxis: true, chances: chances))
      ),
    ]
    for (text, expected) in written {
      #expect(try augment("[{\(text)}]".replacing("{mirror}", with: "mirror"))?.transforms == [expected])
    }
    #expect(Set(written.map(\.1.name)) == Set(Transform.Name.allCases))
    // Saved and read back; and every key counts.
    for (text, _) in written {
      let config = try Sample.config(Sample.text + "\naugment: [{\(text)}]".replacing("{mirror}", with: "mirror"))
      let plan = Plan(config, sourceFile: "sample.yaml")
      #expect(try JSONDecoder().decode(Plan.self, from: Data(PlanDescription.json(of: plan).utf8)) == plan)
    }
  }

  /// What happens on the way to a network changes nothing that is stored.
  @Test func noDigestOfStoredDataDependsOnIt() throws {
    let patches = Sample.patches("{set: a, sampling: grid, shape: {z: 4, y: 5, x: 6}}")
    let plain = Plan(try Sample.config(patches), sourceFile: "sample.yaml")
    let augmented = Plan(try Sample.config(patches + "\naugment: {preset: miscnn}"), sourceFile: "sample.yaml")
    #expect(augmented.ingestDigest == plain.ingestDigest)
    #expect(augmented.foldsDigest == plain.foldsDigest)
    #expect(augmented.shardsDigest == plain.shardsDigest)
    #expect(PlanDescription.text(of: augmented).contains("gamma: channel_probability 1, exponent 0.7 to 1.5"))
  }

  @Test func mistakesAreNamed() {
    let expected: [(String, String)] = [
      (
        "{preset: miscn}",
        "sample.yaml:11: `augment.preset` is not known, found the text \"miscn\", expected miscnn, nnunet or none; "
          + "did you mean miscnn?"
      ),
      ("{}", "sample.yaml:11: `augment` lacks `preset`, found nothing, expected preset"),
      (
        "{preset: miscnn, transforms: []}",
        "sample.yaml:11: `augment.preset` is there beside `transforms`, found the text \"miscnn\", "
          + "expected one of the two; remove one"
      ),
      (
        "[gama]",
        "sample.yaml:11: `augment[0]` is not known, found the text \"gama\", expected "
          + "rotation, mirror, scale, elastic, jitter, brightness_multiplicative, brightness_additive, contrast, gamma, "
          + "gaussian_noise, gaussian_blur or simulated_low_resolution; did you mean gamma?"
      ),
      (
        "[contrast: {factor: {lower: 0, upper: 2}}]",
        "sample.yaml:11: `augment[0].contrast.factor` is out of range, found 0 to 2, expected within 0.001 to 1000"
      ),
      (
        "[contrast: {factor: {lower: 2, upper: 1}}]",
        "sample.yaml:11: `augment[0].contrast.factor.upper` is below `lower`, found 1, expected a number of at least 2"
      ),
      (
        "[gamma: {probability: 2}]",
        "sample.yaml:11: `augment[0].gamma.probability` is out of range, found 2, expected within 0 to 1"
      ),
      (
        "[contrast: {factors: 2}]",
        "sample.yaml:11: unknown key `factors`; did you mean `factor`? accepted: factor, preserve_range, probability, "
          + "channel_probability, per_channel"
      ),
      (
        "[elastic, rotation, elastic]",
        "sample.yaml:11: `augment` does not go together, found augmentation: elastic is there more than once in one group "
          + "of spatial transforms, expected it once, expected transforms that do"
      ),
    ]
    for (section, message) in expected { #expect(self.message(section) == message) }
  }
}
