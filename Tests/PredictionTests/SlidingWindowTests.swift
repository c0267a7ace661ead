import TestSupport
import Testing
import Volumes

@testable import Prediction

struct SlidingWindowTests {
  static let patch = Shape(z: 4, y: 6, x: 4)

  /// Voxel values that say where they are.
  static func volume(_ shape: Shape, channels: Int = 1) -> Volume {
    let voxels = Buffer<Float>(count: channels * shape.count)
    for voxel in 0..<voxels.count { voxels[voxel] = Float(voxel % 251) }
    return Volume(channels: channels, shape: shape, voxels: voxels, affine: .identity)
  }

  static let shapes = [
    Shape(z: 4, y: 6, x: 4), Shape(z: 9, y: 7, x: 5), Shape(z: 13, y: 20, x: 8), Shape(z: 3, y: 9, x: 2),
    Shape(z: 1, y: 1, x: 1),
  ]

  /// The mean over patches, worked out over the whole volume at once, with true counts.
  @Test(arguments: shapes, WindowWeighting.allCases)
  func isTheGreatestOfThePlainMean(shape: Shape, weighting: WindowWeighting) throws {
    let window = SlidingWindow(patch: Self.patch, weighting: weighting)
    let (classes, count) = (3, Self.patch.count)
    func answer(_ number: Int, _ index: Int) -> Float { Float((number * 31 + index * 17) % 101) / 101 }
    var (sums, totals) = (
      [Double](repeating: 0, count: classes * shape.count), [Double](repeating: 0, count: shape.count)
    )
    let weights = ZYX { weighting.weights(along: Self.patch[$0]).map(Double.init) }
    for (number, origin) in window.origins(in: shape).enumerated() {
      for index in 0..<count {
        let (z, y, x) = (index / 24, index / 4 % 6, index % 4)
        let place = Shape(z: origin.z + z, y: origin.y + y, x: origin.x + x)
        guard SpatialAxis.allCases.allSatisfy({ (0..<shape[$0]).contains(place[$0]) }) else { continue }
        let voxel = (place.z * shape.y + place.y) * shape.x + place.x
        let weight = weights.z[z] * weights.y[y] * weights.x[x]
        totals[voxel] += weight
        for label in 0..<classes {
          sums[label * shape.count + voxel] += weight * Double(answer(number, label * count + index))
        }
      }
    }
    for batch in [1, 2, 5] {
      var number = 0
      let network: SlidingWindow.Network = { _, patches in
        let values = (number..<number + patches).flatMap { number in (0..<classes * count).map { answer(number, $0) } }
        number += patches
        return values
      }
      let label = try window.segment(
        Self.volume(shape, channels: 2), fill: [0, 0], classes: classes, batch: batch, network: network)
      for voxel in 0..<shape.count {
        let means = (0..<classes).map { sums[$0 * shape.count + voxel] / totals[voxel] }
        // Two that are equal up to rounding may go either way.
        let best = means.indices.filter { means[$0] > (means.max() ?? 0) - 1e-6 }
        #expect(totals[voxel] > 0 && best.contains(Int(label.classes[voxel])))
      }
    }
  }

  @Test func patchesOverlapByHalfAndOutsideStandsTheFill() throws {
    let window = SlidingWindow(patch: Self.patch)
    #expect(window.origins(in: Shape(z: 9, y: 6, x: 4)).map(\.z) == [0, 2, 4, 5])
    let volume = Self.volume(Shape(z: 2, y: 6, x: 4), channels: 2)
    var seen: [Float] = []
    _ = try window.segment(volume, fill: [7, -3], classes: 2) { patches, _ in
      seen = patches
      return [Float](repeating: 0, count: 2 * Self.patch.count)
    }
    // Centred, one plane before and one after.
    #expect(seen.prefix(24).allSatisfy { $0 == 7 } && seen[72..<96].allSatisfy { $0 == 7 })
    #expect(Array(seen[24..<72]) == Array(volume.voxels.values.prefix(48)))
    #expect(seen[96..<120].allSatisfy { $0 == -3 })
  }

  @Test func theGreatestProbabilityWinsAndTiesGoToTheLower() throws {
    let shape = Shape(z: 5, y: 7, x: 5)
    let volume = Self.volume(shape)
    let label = try SlidingWindow(patch: Self.patch).segment(volume, fill: [0], classes: 3, batch: 2) {
      patches, count in
      (0..<count).flatMap { number in
        let values = patches[number * Self.patch.count..<(number + 1) * Self.patch.count]
        return (0..<3).flatMap { label in values.map { Int($0) % 3 == label ? Float(1) : 0 } }
      }
    }
    #expect((0..<shape.count).allSatisfy { label.classes[$0] == UInt8(volume.voxels[$0]) % 3 })
    let tied = try SlidingWindow(patch: Self.patch).segment(volume, fill: [0], classes: 3) { _, count in
      [Float](repeating: 0.25, count: 3 * count * Self.patch.count)
    }
    #expect(tied.classes.values.allSatisfy { $0 == 0 })
    // Surest of class 1, which is none.
    let chosen = try SlidingWindow(patch: Self.patch).segment(volume, fill: [0], classes: 3, choices: [0, 2]) {
      _, count in
      (0..<count).flatMap { _ in [Float(0.1), 0.6, 0.3].flatMap { Array(repeating: $0, count: Self.patch.count) } }
    }
    #expect(chosen.classes.values.allSatisfy { $0 == 2 })
  }

  @Test func gaussianWeightsFallFromTheCentre() {
    let weights = WindowWeighting.gaussian.weights(along: 8)
    #expect(weights == weights.reversed() && weights.allSatisfy { $0 > 0 })
    #expect(zip(weights.prefix(4), weights.dropFirst().prefix(3)).allSatisfy { $0 < $1 })
    #expect(abs(weights[0] - 0.002187491) < 1e-8)  // exp(-0.5 * 3.5^2)
  }
}
