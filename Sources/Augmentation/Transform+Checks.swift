extension Transform {
  /// Holds the parameters against what they can be; an augmenter does it too.
  /// - Throws: `AugmentationError.parameter` for the first one that is out of range.
  public func check() throws(AugmentationError) {
    switch self {
    case .rotation(let it):
      try check("probability", it.probability, in: 0...1)
      for degrees in [it.degrees.z, it.degrees.y, it.degrees.x] { try check("degrees", degrees, in: -360...360) }
    case .mirror(let it):
      for probability in [it.probability.z, it.probability.y, it.probability.x] {
        try check("probability", probability, in: 0...1)
      }
    case .scale(let it):
      try check("probability", it.probability, in: 0...1)
      try check("factor", it.factor, in: 0.01...100)
    case .elastic(let it):
      try check("probability", it.probability, in: 0...1)
      try check("alpha", it.alpha, in: 0...1e6)
      // Millimetres are turned into voxels by the coarsest axis, which has the fewest.
      let spacing = it.spacing.map { max($0.z, $0.y, $0.x) } ?? 1
      try check("sigma", it.sigma, in: ElasticField.smallestSigma * spacing...1000 * spacing)
    case .jitter(let it):
      try check("probability", it.probability, in: 0...1)
      for voxels in [it.voxels?.z, it.voxels?.y, it.voxels?.x] {
        try check("voxels", Double(voxels ?? 0), in: 0...8192)
      }
    case .brightnessMultiplicative(let it):
      try check(it.chances)
      try check("factor", it.factor, in: 1e-3...1e3)
    case .brightnessAdditive(let it):
      try check(it.chances)
      try check("mean", it.mean, in: -1e6...1e6)
      try check("deviation", it.deviation, in: 0...1e6)
    case .contrast(let it):
      try check(it.chances)
      try check("factor", it.factor, in: 1e-3...1e3)
    case .gamma(let it):
      try check(it.chances)
      try check("exponent", it.exponent, in: 0.01...100)
    case .gaussianNoise(let it):
      try check(it.chances)
      try check("deviation", it.deviation, in: 0...1e6)
    case .gaussianBlur(let it):
      try check(it.chances)
      try check("sigma", it.sigma, in: 0...GaussianBlur.largestSigma)
    case .simulatedLowResolution(let it):
      try check(it.chances)
      try check("zoom", it.zoom, in: 0.01...1)
    }
  }

  private func check(_ chances: Chances) throws(AugmentationError) {
    try check("probability", chances.sample, in: 0...1)
    try check("channel_probability", chances.channel, in: 0...1)
  }

  private func check(_ parameter: String, _ value: Double, in range: ClosedRange<Double>) throws(AugmentationError) {
    try check(parameter, value...(value.isNaN ? .infinity : value), in: range)
  }

  private func check(
    _ parameter: String, _ values: ClosedRange<Double>, in range: ClosedRange<Double>
  ) throws(AugmentationError) {
    guard range.contains(values.lowerBound), range.contains(values.upperBound) else {
      throw .parameter(
        transform: name, name: parameter,
        found: values.lowerBound == values.upperBound
          ? "\(values.lowerBound)" : "\(values.lowerBound) to \(values.upperBound)",
        expected: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}
