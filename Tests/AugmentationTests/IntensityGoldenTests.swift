import Augmentation
import Testing
import Volumes

/// Numbers from batchgenerators 0.25.5 and SciPy 1.17.1 (NumPy 2.4.6), with the draws fixed, on the scattered 5x6x7 patch:
/// voxels 0, 1, 17, 50, 99, 123, 208 and 209. Ours are floats, theirs doubles: within 1e-5, the range being 5.
struct IntensityGoldenTests {
  private let patch = TestPatch.scattered(Shape(z: 5, y: 6, x: 7))

  private func expect(_ transform: Transform, _ golden: [Float], _ comment: Comment? = nil) throws {
    let result = try patch.augmented([transform]).patch
    for (place, expected) in zip([0, 1, 17, 50, 99, 123, 208, 209], golden) {
      #expect(abs(result.values[place] - expected) < 1e-5, comment)
    }
    #expect(result.classes == patch.classes)
  }

  /// augment_contrast, preserve_range=True.
  @Test func contrast() throws {
    try expect(
      .contrast(Contrast(factor: 0.4...0.4)),
      [-0.51014286, 0.22985715, -0.05014287, 0.12985714, 0.02985715, -0.39014289, -0.11014284, 0.6298572])
    try expect(
      .contrast(Contrast(factor: 2.5...2.5)), [-2, -1.0996429, -2, -1.7246429, -2, -2, -2, 1.4003572])
  }

  /// augment_gamma, per_channel=True.
  @Test func gamma() throws {
    let golden: [(exponent: Double, inverts: Bool, retains: Bool, values: [Float])] = [
      (0.7, false, false, [-2, 0.4929365, -0.21277395, 0.25203425, -0.0004850887, -1.3022885, -0.3793434, 1.3735131]),
      (
        0.7, false, true,
        [-2.6637876, 0.02332949, -0.73735034, -0.23633717, -0.50852579, -1.9117298, -0.91689426, 0.97249633]
      ),
      (0.7, true, false, [-2, -0.61833185, -1.1640269, -0.81703591, -1.0114003, -1.7880591, -1.2769384, 0.23052198]),
      (
        0.7, true, true,
        [-1.7384443, -0.23930912, -0.83139813, -0.45490667, -0.66579563, -1.5084846, -0.95390928, 0.68171275]
      ),
      (1.5, false, false, [-2, -0.87468892, -1.4484794, -1.0949033, -1.2985194, -1.9265153, -1.5527864, 0.15170283]),
      (
        1.5, false, true,
        [-1.4375149, -0.3505007, -0.90476376, -0.56322068, -0.75990725, -1.366531, -1.0055209, 0.64096063]
      ),
      (1.5, true, false, [-2, 0.49976504, -0.37836128, 0.1962882, -0.11856131, -1.5568191, -0.57770872, 1.5901507]),
      (
        1.5, true, true,
        [-2.3747828, 0.0243854, -0.81840289, -0.26687875, -0.56905794, -1.9494365, -1.0097281, 1.0708913]
      ),
    ]
    for case let (exponent, inverts, retains, values) in golden {
      try expect(
        .gamma(Gamma(exponent: exponent...exponent, inverts: inverts, retainsStatistics: retains)), values,
        "\(exponent), inverts \(inverts), retains \(retains)")
    }
  }

  /// augment_brightness_multiplicative, augment_brightness_additive.
  @Test func brightness() throws {
    try expect(
      .brightnessMultiplicative(BrightnessMultiplicative(factor: 1.7...1.7)),
      [-3.4, -0.25500003, -1.4450001, -0.68, -1.105, -2.89, -1.7, 1.445])
    try expect(
      .brightnessAdditive(BrightnessAdditive(mean: -0.25, deviation: 0)),
      [-2.25, -0.4, -1.1, -0.65, -0.9, -1.95, -1.25, 0.6])
  }

  /// scipy.ndimage.gaussian_filter(x, sigma), which augment_gaussian_blur calls.
  @Test func gaussianBlur() throws {
    let golden: [(sigma: Double, values: [Float])] = [
      (
        0.5, [-1.2948467, 0.20751825, 0.0694356, 0.6114533, 0.36705536, -0.65560949, -0.15885831, 0.3010897]
      ),
      (
        0.8, [-0.33066824, 0.32284972, 0.43881199, 0.67644548, 0.51002634, 0.09945372, 0.29763803, 0.01659641]
      ),
      (1, [0.01488847, 0.31874102, 0.46564665, 0.55019063, 0.46205506, 0.27298889, 0.31329587, 0.05099844]),
    ]
    for (sigma, values) in golden {
      try expect(.gaussianBlur(GaussianBlur(sigma: sigma...sigma)), values, "sigma \(sigma)")
    }
  }

  /// scipy.ndimage.zoom(order=0) and back with order=1, both with grid_mode=True, mode="nearest": voxel centres stay where
  /// they are, as in nnU-Net v2 (nearest-exact, then trilinear without aligned corners).
  @Test func simulatedLowResolution() throws {
    let golden: [(zoom: Double, values: [Float])] = [
      (0.6, [-2, -0.6785714, 1.3083333, 0.485, 1.7011905, -1.4357144, 1.3321428, 0.85]),
      (0.75, [-2, 0.11428574, -0.37500003, -0.21571428, -0.45178571, 0.29642856, 1.6214286, 0.85]),
      (0.9, [-2, -0.54642856, -0.79583335, 0.87294644, -0.22574404, 0.58392856, -0.60357141, 0.85]),
    ]
    for (zoom, values) in golden {
      try expect(.simulatedLowResolution(SimulatedLowResolution(zoom: zoom...zoom)), values, "zoom \(zoom)")
    }
  }
}
