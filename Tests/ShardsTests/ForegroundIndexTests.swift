import Shards
import TestSupport
import Testing
import Volumes

@Suite struct ForegroundIndexTests {
  /// Every voxel of every class is found by its rank, in the order in which they lie in memory.
  @Test func ranksAreVoxels() {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<50 {
      let shape = Shape.random(in: 1...9, using: &generator)
      let label = SampleLabel.random(shape, voxels: 20, of: [1, 2, 9, 255], using: &generator)
      label.index { index in
        #expect(index.classes == Set(label.classes).subtracting([0]).sorted())
        for (place, value) in index.classes.enumerated() {
          let voxels = (0..<shape.count).filter { label.classes[$0] == value }
          #expect(index.count(ofClassAt: place) == voxels.count)
          let found = voxels.indices.map { index.voxel($0, ofClassAt: place) }
          #expect(found.map { ($0.z * shape.y + $0.y) * shape.x + $0.x } == voxels)
        }
      }
    }
  }

  @Test func windowsKnowWhetherTheyHoldForeground() {
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<300 {
      let volume = Shape.random(in: 1...8, using: &generator)
      let label = SampleLabel.random(volume, voxels: 2, of: [1, 4], using: &generator)
      let window = Shape.random(in: 1...6, using: &generator)
      let origin = ZYX { Int.random(in: -2...volume[$0], using: &generator) }
      let isForeground = label.window(origin, window).contains { $0 != 0 }
      #expect(label.index { $0.isForeground(at: origin, shape: window) } == isForeground)
    }
  }

  @Test func backgroundAloneIsEmpty() {
    SampleLabel(shape(2, 3, 4)).index { #expect($0.isEmpty && $0.classes == []) }
  }
}
