import Augmentation
import Testing
import Volumes

struct IntensityTests {
  /// More than one stretch of 8192 voxels, and a part of one.
  private let shape = Shape(z: 20, y: 30, x: 31)

  @Test(arguments: [Float(0), 1, -7.5, 1e6]) func gammaOfConstantPatchesIsNoNaN(value: Float) throws {
    let patch = TestPatch(
      shape: shape, values: Array(repeating: value, count: shape.count),
      classes: Array(repeating: 0, count: shape.count))
    for (inverts, retains) in [(false, false), (false, true), (true, false), (true, true)] {
      let result = try patch.augmented([
        .gamma(Gamma(exponent: 0.7...0.7, inverts: inverts, retainsStatistics: retains))
      ])
      #expect(result.patch.values.allSatisfy { abs($0 - value) <= abs(value) * 1e-6 })
    }
  }

  @Test func gammaOfNegativePatchesIsNoNaN() throws {
    var patch = TestPatch.scattered(shape)
    patch.values = patch.values.map { $0 - 100 }
    for exponent in [0.01, 0.7, 1.5, 100] {
      let result = try patch.augmented([.gamma(Gamma(exponent: exponent...exponent))]).patch
      #expect(result.values.allSatisfy { $0.isFinite && $0 >= -102.001 && $0 <= -96.999 })
    }
  }

  @Test(arguments: [0.7, 1.5]) func gammaRetainsMeanAndDeviation(exponent: Double) throws {
    let patch = TestPatch.scattered(shape)
    for before in [[], [Transform.contrast(Contrast(factor: 3...3))]] {
      let old = try patch.augmented(before).patch
      let new = try patch.augmented(
        before + [.gamma(Gamma(exponent: exponent...exponent, retainsStatistics: true))]
      ).patch
      #expect(abs(new.mean - old.mean) < 1e-5)
      #expect(abs(new.deviation - old.deviation) < 1e-5)
      #expect(new != old)
    }
  }

  @Test func noiseHasItsDeviation() throws {
    let patch = TestPatch.scattered(shape, channels: 2)
    let result = try patch.augmented([.gaussianNoise(GaussianNoise(deviation: 0.05...0.05))]).patch
    var noise = patch
    noise.values = zip(result.values, patch.values).map { $0 - $1 }
    #expect(abs(noise.deviation - 0.05) < 0.0005)
    #expect(abs(noise.mean) < 0.001)
    // Channels have noise of their own.
    let pairs = (0..<shape.count).map { Double(noise.values[$0]) * Double(noise.values[$0 + shape.count]) }
    #expect(abs(pairs.reduce(0, +) / Double(shape.count)) < 4 * 0.05 * 0.05 / Double(shape.count).squareRoot())
  }

  /// Whatever is put into one pass: the same as one transform after the other, each in passes of its own.
  @Test func fusedIsOneAfterTheOther() throws {
    let chains: [[Transform]] = [
      [.contrast(Contrast(factor: 2.5...2.5)), .contrast(Contrast(factor: 0.5...0.5))],
      [
        .contrast(Contrast(factor: 2.5...2.5)), .brightnessMultiplicative(BrightnessMultiplicative(factor: 1.3...1.3)),
        .gamma(Gamma(exponent: 0.8...0.8, retainsStatistics: true)),
        .gaussianNoise(GaussianNoise(deviation: 0.1...0.1)),
      ],
      [
        .brightnessAdditive(BrightnessAdditive(mean: -3, deviation: 0)), .gamma(Gamma(exponent: 1.4...1.4)),
        .gamma(Gamma(exponent: 0.8...0.8, inverts: true, retainsStatistics: true)),
        .contrast(Contrast(factor: 1.7...1.7, preservesRange: false)),
      ],
      [
        .gaussianNoise(GaussianNoise(deviation: 0.1...0.1)), .gaussianBlur(GaussianBlur(sigma: 0.7...0.7)),
        .contrast(Contrast(factor: 1.2...1.2)),
        .simulatedLowResolution(SimulatedLowResolution(zoom: 0.6...0.6)),
        .gamma(Gamma(exponent: 1.5...1.5, inverts: true, retainsStatistics: true)),
      ],
    ]
    for chain in chains {
      let patch = TestPatch.scattered(shape, channels: 2)
      let fused = try patch.augmented(chain).patch
      // The noise's seed follows from the transform's name and the key, whatever else there is.
      let steps = try chain.reduce(patch) { try $0.augmented([$1]).patch }
      let worst = zip(fused.values, steps.values).map { abs($0 - $1) }.max() ?? 0
      #expect(worst < 2e-5, "\(chain.map(\.name))")
    }
  }

  /// A large mean, a small spread: sums of squares must not lose it.
  @Test func statisticsSurviveALargeOffset() throws {
    var patch = TestPatch.scattered(shape)
    patch.values = patch.values.map { $0 + 30_000 }
    let result = try patch.augmented([.gamma(Gamma(exponent: 1.5...1.5, retainsStatistics: true))]).patch
    #expect(abs(result.mean - patch.mean) < 0.01)
    #expect(abs(result.deviation / patch.deviation - 1) < 1e-3)
  }

  /// What lies beyond the patch is changed as the patch is: air outside is as dark as air inside.
  @Test func borderValueGoesAlong() throws {
    let transforms: [Transform] = [
      .brightnessMultiplicative(BrightnessMultiplicative(factor: 2...2)),
      .brightnessAdditive(BrightnessAdditive(mean: 1, deviation: 0)), .scale(Scale(factor: 3...3)),
    ]
    let result = try TestPatch.scattered(shape).augmented(transforms, padValue: -2).patch
    #expect(result.values[0] == -3)
    let gamma = try TestPatch.scattered(shape).augmented(
      [.gamma(Gamma(exponent: 1.5...1.5)), .scale(Scale(factor: 3...3))], padValue: -2
    ).patch
    #expect(gamma.values[0] == -2)
  }

  /// With the case's numbers a patch is changed as the whole case would have been.
  @Test func statisticsOfTheCaseAreUsed() throws {
    let whole = TestPatch.scattered(shape)
    let transforms: [Transform] = [
      .contrast(Contrast(factor: 0.5...0.5)), .brightnessMultiplicative(BrightnessMultiplicative(factor: 1.5...1.5)),
      .gamma(Gamma(exponent: 1.4...1.4)),
    ]
    let (expected, _) = try whole.augmented(transforms)
    let part = Shape(z: 1, y: shape.y, x: shape.x)
    // A part that has other extremes and another mean.
    var patch = TestPatch(
      shape: part, values: Array(whole.values.prefix(part.count)), classes: Array(whole.classes.prefix(part.count)))
    patch.values = patch.values.map { min($0, 1) }
    let augmenter = try Augmenter(transforms: transforms, patchShape: part)
    let statistics = IntensityStatistics(minimum: -2, maximum: 3, mean: whole.mean, deviation: whole.deviation)
    let record = augmenter.draw(SampleKey(seed: 1), channels: 1)
    let result = try patch.replayed(record, by: augmenter, statistics: [statistics])
    for place in 0..<part.count where whole.values[place] <= 1 {
      #expect(abs(result.values[place] - expected.values[place]) < 1e-5)
    }
    #expect(try patch.replayed(record, by: augmenter) != result)
  }

  /// Values that are not finite become no number, and so may others of their channel, as with NumPy; nothing ends.
  @Test(arguments: [Float.nan, .infinity, -.infinity]) func whatIsNotFiniteStaysInItsChannel(value: Float) throws {
    let plain = TestPatch.scattered(shape, channels: 2)
    var patch = plain
    patch.values[5] = value
    for transforms: [Transform] in [
      [.contrast(Contrast(factor: 0.5...0.5))], [.contrast(Contrast(factor: 1.25...1.25))],
      [.contrast(Contrast(factor: 1.25...1.25, preservesRange: false)), .gamma(Gamma(exponent: 1.4...1.4))],
      [.gamma(Gamma(exponent: 0.7...0.7))], [.gamma(Gamma(exponent: 1.5...1.5, inverts: true))],
      [.gamma(Gamma(exponent: 1.5...1.5, retainsStatistics: true)), .contrast(Contrast(factor: 0.5...0.5))],
      [.brightnessMultiplicative(BrightnessMultiplicative(factor: 1000...1000)), .gamma(Gamma(exponent: 1.5...1.5))],
      [.gaussianBlur(GaussianBlur()), .gamma(Gamma(retainsStatistics: true)), .contrast(Contrast())],
    ] {
      let result = try patch.augmented(transforms).patch
      let expected = try plain.augmented(transforms).patch
      #expect(!result.values[5].isFinite, "\(transforms)")
      #expect(result.values[shape.count...] == expected.values[shape.count...], "\(transforms)")
    }
  }

  @Test(arguments: [Float16.nan, .infinity, -.infinity]) func halvesNeedNotBeFinite(value: Float16) throws {
    let augmenter = try Augmenter(
      transforms: [.brightnessAdditive(BrightnessAdditive(mean: 60000, deviation: 0))], patchShape: shape)
    func augmented(_ values: [Float16]) throws -> [Float16] {
      var values = values
      _ = try values.withUnsafeMutableBufferPointer { image in
        try augmenter.apply(
          inPlace: #require(image.baseAddress), label: nil, channels: 1, padValues: [0], key: SampleKey(seed: 1),
          workspace: AugmentationWorkspace())
      }
      return values
    }
    var values = [Float16](repeating: 2, count: shape.count)
    let expected = try augmented(values)
    values[5] = value
    let result = try augmented(values)
    #expect(result[5].isNaN == value.isNaN && result[5].sign == value.sign && !result[5].isFinite)
    #expect(result[6...] == expected[6...] && result[..<5] == expected[..<5])
    values[7] = 65504
    #expect(throws: AugmentationError.beyondHalf(magnitude: 125504)) { try augmented(values) }
  }

  @Test(arguments: [
    IntensityStatistics(minimum: 3, maximum: -2, mean: 0, deviation: 1),
    IntensityStatistics(minimum: .nan, maximum: 3, mean: 0, deviation: 1),
    IntensityStatistics(minimum: -2, maximum: 3, mean: .infinity, deviation: 1),
    IntensityStatistics(minimum: -2, maximum: 1e40, mean: 0, deviation: 1),
    IntensityStatistics(minimum: -2, maximum: 3, mean: 0, deviation: -1),
  ])
  func statisticsThatCannotBeAreRefused(statistics: IntensityStatistics) throws {
    let patch = TestPatch.scattered(shape, channels: 2)
    let augmenter = try Augmenter(transforms: [.contrast(Contrast(factor: 0.5...0.5))], patchShape: shape)
    let record = augmenter.draw(SampleKey(seed: 1), channels: 2)
    let right = IntensityStatistics(minimum: -2, maximum: 3, mean: 0, deviation: 1)
    let error = #expect(throws: AugmentationError.self) {
      try patch.replayed(record, by: augmenter, statistics: [right, statistics])
    }
    let line = error.map { "\($0)" } ?? ""
    #expect(
      line.hasPrefix("augmentation: the statistics of channel 2 cannot be so, found minimum \(statistics.minimum)"))
    #expect(line.hasSuffix("expected float32 numbers, the minimum not above the maximum, the deviation not below 0"))
  }

  @Test func blurOfAConstantIsTheConstant() throws {
    let patch = TestPatch(
      shape: Shape(z: 2, y: 3, x: 1), values: Array(repeating: 3, count: 6), classes: Array(repeating: 0, count: 6))
    for sigma in [0.3, 1, 4, 15] {
      let result = try patch.augmented([.gaussianBlur(GaussianBlur(sigma: sigma...sigma))]).patch
      #expect(result.values.allSatisfy { abs($0 - 3) < 1e-5 })
    }
  }

  /// A ramp stays where it is: no shift by half a voxel, whatever the zoom.
  @Test func lowResolutionDoesNotShift() throws {
    let shape = Shape(z: 24, y: 24, x: 24)
    var patch = TestPatch.scattered(shape)
    for axis in 0..<3 {
      patch.values = (0..<shape.count).map { Float([$0 / 576, $0 / 24 % 24, $0 % 24][axis]) }
      for zoom in [0.5, 0.6, 0.75, 0.9] {
        let result = try patch.augmented([.simulatedLowResolution(SimulatedLowResolution(zoom: zoom...zoom))]).patch
        let inner = (0..<shape.count).filter { place in
          [place / 576, place / 24 % 24, place % 24].allSatisfy { (4..<20).contains($0) }
        }
        let shift = inner.reduce(0.0) { $0 + Double(result.values[$1] - patch.values[$1]) } / Double(inner.count)
        #expect(abs(shift) < 0.02, "axis \(axis), zoom \(zoom), shift \(shift)")
      }
    }
  }
}
