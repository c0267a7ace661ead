import Augmentation
import TestSupport
import Volumes

/// A small patch in arrays, and what sampling it gives.
struct Patch: Equatable {
  var channels = 1
  var shape: Shape
  var image: [Float]
  var label: [UInt8]

  init(_ shape: Shape, image: [Float], label: [UInt8]? = nil) {
    self.shape = shape
    channels = image.count / shape.count
    self.image = image
    self.label = label ?? [UInt8](repeating: 0, count: shape.count)
  }

  /// Random values in 0...1 and classes below 5 in blocks.
  static func random(_ shape: Shape, channels: Int = 1, seed: Int) -> Patch {
    var generator = SeededGenerator(seed: seed)
    let image = (0..<(channels * shape.count)).map { _ in Float.random(in: 0...1, using: &generator) }
    let label = (0..<shape.count).map { index in
      let (z, y, x) = (index / (shape.y * shape.x), index / shape.x % shape.y, index % shape.x)
      return UInt8((z / 3 + y / 2 + x / 4 + seed) % 5)
    }
    return Patch(shape, image: image, label: label)
  }

  func sampled(
    _ map: SpatialMap, _ sampling: SpatialSampling = SpatialSampling(), padValue: Float = -7,
    sampler: SpatialSampler = SpatialSampler(), halves: [Float16]? = nil
  ) -> Patch {
    var sampledImage = [Float](repeating: .nan, count: channels * map.output.count)
    var sampledLabel = [UInt8](repeating: 255, count: map.output.count)
    let padValues = (0..<channels).map { padValue - Float($0) }
    func sample(_ image: PatchSource.Values) {
      label.withUnsafeBufferPointer { label in
        padValues.withUnsafeBufferPointer { padValues in
          sampledImage.withUnsafeMutableBufferPointer { toImage in
            sampledLabel.withUnsafeMutableBufferPointer { toLabel in
              guard let pad = padValues.baseAddress, let to = toImage.baseAddress else { return }
              sampler.apply(
                map, sampling,
                from: PatchSource(
                  image: image, label: label.baseAddress, channels: channels, shape: shape, padValues: pad),
                to: PatchTarget(image: to, label: toLabel.baseAddress))
            }
          }
        }
      }
    }
    if let halves {
      halves.withUnsafeBufferPointer { if let from = $0.baseAddress { sample(.float16(from)) } }
    } else {
      image.withUnsafeBufferPointer { if let from = $0.baseAddress { sample(.float32(from)) } }
    }
    return Patch(map.output, image: sampledImage, label: sampledLabel)
  }

  /// The largest difference of two images; infinite where one is not a number.
  func distance(to other: [Float]) -> Float {
    zip(image, other).reduce(0) {
      $1.0 == $1.1 ? $0 : abs($1.0 - $1.1) <= .infinity ? max($0, abs($1.0 - $1.1)) : .infinity
    }
  }
}
