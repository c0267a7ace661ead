import Shards
import TestSupport
import Testing
import Volumes

@Suite struct PatchCropTests {
  /// Windows within, across and beyond the border against one voxel after the other, margins included.
  @Test func cropIsTheWindowAndFillBeyond() {
    var generator = SeededGenerator(seed: 8)
    for _ in 0..<300 {
      let volume = Shape.random(in: 1...7, using: &generator)
      let set = PatchSet(
        name: "s", sampling: .grid(overlap: shape(0, 0, 0)), shape: .random(in: 1...5, using: &generator),
        margin: .random(in: 0...3, using: &generator))
      let patch = ShardPatch(
        caseIdentifier: "case", origin: ZYX { Int.random(in: -3...volume[$0], using: &generator) })
      let label = SampleLabel.random(volume, voxels: 30, of: [1, 2, 3], using: &generator)
      let origin = ZYX { patch.origin[$0] - set.margin[$0] }
      let expected = label.window(origin, set.storedShape)
      let crop = PatchCrop(patch, of: set, in: volume)

      var classes = [UInt8](repeating: 99, count: expected.count)
      classes.withUnsafeMutableBytes { target in label.classes.withUnsafeBytes { crop.copy(classes: $0, to: target) } }
      #expect(classes == expected)

      // Outside is the fill value, which no voxel has.
      let isInside = SampleLabel(volume: volume).window(origin, set.storedShape)
      let floats = label.classes.map { Float($0) + 0.5 }
      var image = [Float](repeating: .nan, count: expected.count)
      image.withUnsafeMutableBytes { target in
        floats.withUnsafeBytes { crop.copy(floats: $0, fill: -7, to: target) }
      }
      #expect(image == zip(expected, isInside).map { $1 == 1 ? Float($0) + 0.5 : -7 })

      let inner = label.window(patch.origin, set.shape)
      let counts = label.classes.withUnsafeBytes { crop.classCounts(of: $0) }
      #expect(counts == (0..<256).map { value in inner.count { Int($0) == value } })
    }
  }
}

extension SampleLabel {
  /// Ones everywhere in the volume.
  fileprivate init(volume: Shape) {
    self.init(volume)
    classes = [UInt8](repeating: 1, count: volume.count)
  }
}
