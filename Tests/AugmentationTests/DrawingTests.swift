import Augmentation
import Testing
import Volumes

/// What is drawn, over ten thousand samples: how often, and from which range.
struct DrawingTests {
  private let count = 10_000
  private let shape = Shape(z: 8, y: 8, x: 8)

  private func records(_ transforms: [Transform], channels: Int = 2) throws -> [AugmentationRecord] {
    let augmenter = try Augmenter(transforms: transforms, patchShape: shape)
    return (0..<count).map {
      augmenter.draw(SampleKey(seed: 3, caseIdentifier: "case", patch: UInt32($0)), channels: channels)
    }
  }

  /// Within four standard errors.
  private func expect(_ seen: Int, _ probability: Double, of trials: Int? = nil, _ comment: Comment? = nil) {
    let n = Double(trials ?? count)
    let error = (probability * (1 - probability) / n).squareRoot()
    #expect(abs(Double(seen) / n - probability) <= 4 * error, comment)
  }

  @Test(arguments: [Preset.miscnn, .nnunet]) func presetsKeepTheirProbabilities(preset: Preset) throws {
    let expected: [Double] =
      preset == .miscnn
      ? [0.875, 0.15, 0.15, 0.15, 0.15, 0.15, 0.15, 0.15]
      // Blur and low resolution take part in half of the channels: one of two at least in three quarters of the samples.
      : [0.2, 0.2, 0.1, 0.15, 0.15, 0.15, 0.1875, 0.1, 0.3, 0.875]
    let records = try records(preset.transforms)
    #expect(preset.transforms.count == expected.count)
    for place in expected.indices {
      let seen = records.count { $0.transforms.contains { $0.place == place } }
      expect(seen, expected[place], "\(preset.transforms[place].name)")
    }
    #expect(try Augmenter(preset: .none, patchShape: shape).draw(SampleKey(seed: 1), channels: 1).transforms.isEmpty)
  }

  @Test func axesAreMirroredByThemselves() throws {
    var seen = [Int](repeating: 0, count: 8)
    for record in try records([.mirror(Mirror())]) {
      guard case .mirror(let drawn) = record.transforms.first?.drawn else {
        seen[0] += 1
        continue
      }
      seen[(drawn.axes.z ? 4 : 0) + (drawn.axes.y ? 2 : 0) + (drawn.axes.x ? 1 : 0)] += 1
    }
    for number in seen { expect(number, 0.125) }
  }

  /// Half of the factors below 1, uniform on both sides; channels apart.
  @Test func factorsAreBalanced() throws {
    var factors: [Double] = []
    var same = 0
    for record in try records([.contrast(Contrast(factor: 0.3...3))]) {
      guard case .contrast(let drawn) = record.transforms.first?.drawn else { continue }
      factors += drawn.factor.compactMap { $0 }
      same += drawn.factor[0] == drawn.factor[1] ? 1 : 0
    }
    #expect(factors.count == 2 * count && same == 0)
    #expect(factors.allSatisfy { (0.3...3).contains($0) })
    expect(factors.count { $0 < 1 }, 0.5, of: 2 * count)
    expect(factors.count { $0 < 0.65 }, 0.25, of: 2 * count)
    expect(factors.count { $0 > 2 }, 0.25, of: 2 * count)
  }

  /// A range on one side of 1 is filled evenly; batchgenerators leaves it on the other side.
  @Test func factorsOnOneSideAreEven() throws {
    for range in [0.2...0.6, 1.2...1.6, 0.6...1] as [ClosedRange<Double>] {
      let middle = (range.lowerBound + range.upperBound) / 2
      var factors: [Double] = []
      for record in try records([.contrast(Contrast(factor: range))], channels: 1) {
        guard case .contrast(let drawn) = record.transforms.first?.drawn else { continue }
        factors += drawn.factor.compactMap { $0 }
      }
      #expect(factors.count == count && factors.allSatisfy(range.contains))
      expect(factors.count { $0 < middle }, 0.5)
    }
  }

  @Test func channelsTakePartByThemselves() throws {
    let chances = Chances(sample: 0.5, channel: 0.25)
    var seen = [0, 0, 0, 0]
    for record in try records([.gaussianBlur(GaussianBlur(chances: chances))]) {
      guard case .gaussianBlur(let drawn) = record.transforms.first?.drawn else {
        seen[0] += 1
        continue
      }
      seen[(drawn.sigma[0] == nil ? 0 : 1) + (drawn.sigma[1] == nil ? 0 : 2)] += 1
    }
    expect(seen[1], 0.5 * 0.25 * 0.75)
    expect(seen[2], 0.5 * 0.25 * 0.75)
    expect(seen[3], 0.5 * 0.25 * 0.25)
  }

  @Test func sharedValuesAreShared() throws {
    for record in try records([.gaussianNoise(GaussianNoise(deviation: 0.01...0.1))]).prefix(100) {
      guard case .gaussianNoise(let drawn) = record.transforms.first?.drawn else { continue }
      #expect(drawn.deviation[0] == drawn.deviation[1])
    }
  }

  @Test func rangesAreFilledEvenly() throws {
    var angles: [Double] = []
    for record in try records([.rotation(Rotation(degrees: 15))]) {
      guard case .rotation(let drawn) = record.transforms.first?.drawn else { continue }
      angles += [drawn.degrees.z, drawn.degrees.y, drawn.degrees.x]
    }
    #expect(angles.count == 3 * count && angles.allSatisfy { abs($0) <= 15 })
    for tenth in 0..<10 {
      let lower = -15 + 3 * Double(tenth)
      expect(angles.count { $0 >= lower && $0 < lower + 3 }, 0.1, of: 3 * count)
    }
  }
}
