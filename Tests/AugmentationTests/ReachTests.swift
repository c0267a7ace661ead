import Augmentation
import Testing
import Volumes

struct ReachTests {
  private let shape = Shape(z: 6, y: 10, x: 12)

  private static let moving: [[Transform]] = [
    [.rotation(Rotation(degrees: 40))], [.scale(Scale(factor: 0.7...1.6, perAxis: true))],
    [.jitter(Jitter(voxels: ZYX(z: 1, y: 2, x: 3)))], [.elastic(Elastic(alpha: 20...60, sigma: 3...4))],
    [.mirror(Mirror()), .elastic(Elastic(alpha: 20...60)), .rotation(Rotation(degrees: 20)), .scale(Scale())],
    [.scale(Scale(factor: 1.2...1.5)), .gamma(Gamma(exponent: 1...1)), .rotation(Rotation(degrees: 30))],
  ]

  /// With the margin that a sample reaches for, the pad value beyond it is never seen.
  @Test(arguments: moving)
  func nothingBeyondTheReachIsRead(transforms: [Transform]) throws {
    for patch in 0..<40 {
      let key = SampleKey(seed: 3, patch: UInt32(patch))
      let drawing = try Augmenter(transforms: transforms, patchShape: shape, margin: Shape { _ in 3 })
      let record = drawing.draw(key, channels: 1)
      let reach = drawing.reach(of: record)
      let augmenter = try Augmenter(transforms: transforms, patchShape: shape, margin: reach)
      let source = TestPatch.scattered(augmenter.sourceShape)
      let result = try source.replayed(record, by: augmenter, padValue: 1e6)
      #expect(result.values.allSatisfy { abs($0) < 10 }, "\(record) \(reach)")
    }
  }

  @Test func whatStaysInsideReachesForNothing() throws {
    let still: [[Transform]] = [
      [], [.mirror(Mirror(probability: ZYX(z: 1, y: 1, x: 1)))], [.gaussianNoise(GaussianNoise())],
      [.scale(Scale(factor: 0.5...0.9))],
    ]
    for transforms in still {
      for order in SpatialSampling.Order.allCases {
        let augmenter = try Augmenter(
          transforms: transforms, patchShape: shape, sampling: SpatialSampling(imageOrder: order))
        #expect(augmenter.reach(of: augmenter.draw(SampleKey(seed: 1), channels: 1)) == Shape(z: 0, y: 0, x: 0))
      }
    }
  }

  /// A quarter turn about z of 10 x 12 voxels reads 12 x 10: one voxel more along y, and one to weigh.
  @Test func reachIsNoFartherThanIsRead() throws {
    let turn = try Augmenter(
      transforms: [.rotation(Rotation(degrees: ZYX(z: 90...90, y: 0...0, x: 0...0)))], patchShape: shape)
    #expect(turn.reach(of: turn.draw(SampleKey(seed: 1), channels: 1)) == Shape(z: 0, y: 2, x: 0))
    let slice = try Augmenter(
      transforms: [.rotation(Rotation(degrees: 30)), .scale(Scale(factor: 1.5...1.5))],
      patchShape: Shape(z: 1, y: 10, x: 12))
    #expect(slice.reach(of: slice.draw(SampleKey(seed: 1), channels: 1)).z == 0)
  }
}
