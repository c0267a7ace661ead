import Augmentation
import Volumes

/// A patch in memory, and what becomes of it.
struct TestPatch: Equatable {
  var shape: Shape
  var channels = 1
  var values: [Float]
  var classes: [UInt8]

  /// Values that look random and lie between -2 and 3; the same ones as in the script behind the golden numbers.
  static func scattered(_ shape: Shape, channels: Int = 1) -> TestPatch {
    let count = channels * shape.count
    return TestPatch(
      shape: shape, channels: channels, values: (0..<count).map { Float(($0 * 37) % 101) / 20 - 2 },
      classes: (0..<shape.count).map { UInt8(($0 * 7) % 11 < 3 ? ($0 % 3) : 0) })
  }

  /// The patch after its transforms.
  func augmented(
    _ transforms: [Transform], margin: Shape = Shape(z: 0, y: 0, x: 0), key: SampleKey = SampleKey(seed: 1),
    sampling: SpatialSampling = SpatialSampling(), padValue: Float = -2,
    workspace: AugmentationWorkspace = AugmentationWorkspace()
  ) throws -> (patch: TestPatch, record: AugmentationRecord) {
    let inner = Shape { shape[$0] - 2 * margin[$0] }
    let augmenter = try Augmenter(transforms: transforms, patchShape: inner, margin: margin, sampling: sampling)
    return try augmented(by: augmenter, key: key, padValue: padValue, workspace: workspace)
  }

  func augmented(
    by augmenter: Augmenter, key: SampleKey, padValue: Float = -2,
    workspace: AugmentationWorkspace = AugmentationWorkspace()
  ) throws -> (patch: TestPatch, record: AugmentationRecord) {
    let record = augmenter.draw(key, channels: channels)
    return (try replayed(record, by: augmenter, padValue: padValue, workspace: workspace), record)
  }

  func replayed(
    _ record: AugmentationRecord, by augmenter: Augmenter, padValue: Float = -2,
    statistics: [IntensityStatistics]? = nil, workspace: AugmentationWorkspace = AugmentationWorkspace()
  ) throws -> TestPatch {
    var result = TestPatch(
      shape: augmenter.patchShape, channels: channels,
      values: Array(repeating: .nan, count: channels * augmenter.patchShape.count),
      classes: Array(repeating: 99, count: augmenter.patchShape.count))
    try values.withUnsafeBufferPointer { image in
      try classes.withUnsafeBufferPointer { label in
        try Array(repeating: padValue, count: channels).withUnsafeBufferPointer { pads in
          try result.values.withUnsafeMutableBufferPointer { newImage in
            try result.classes.withUnsafeMutableBufferPointer { newLabel in
              guard let image = image.baseAddress, let pads = pads.baseAddress, let out = newImage.baseAddress else {
                return
              }
              try augmenter.replay(
                record,
                PatchSource(
                  image: .float32(image), label: label.baseAddress, channels: channels, shape: shape, padValues: pads),
                to: PatchTarget(image: out, label: newLabel.baseAddress), statistics: statistics, workspace: workspace)
            }
          }
        }
      }
    }
    return result
  }

  var mean: Double { values.reduce(0) { $0 + Double($1) } / Double(values.count) }

  var deviation: Double {
    let mean = mean
    return (values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(values.count)).squareRoot()
  }
}
