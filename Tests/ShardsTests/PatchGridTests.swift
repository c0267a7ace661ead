import Shards
import TestSupport
import Testing
import Volumes

@Suite struct PatchGridTests {
  private func origins(_ volume: Shape, _ patch: Shape, overlap: ZYX<Int>) -> [ShardPatch] {
    PatchSampler(PatchSet(name: "grid", sampling: .grid(overlap: overlap), shape: patch))
      .patches(of: "case", shape: volume, foreground: nil)
  }

  /// Every voxel of a volume lies in a window, windows end at the border, and none is there twice.
  @Test func everyVoxelIsCovered() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<300 {
      let volume = Shape.random(in: 1...14, using: &generator)
      let patch = Shape.random(in: 1...9, using: &generator)
      let overlap = ZYX { Int.random(in: 0..<patch[$0], using: &generator) }
      let patches = origins(volume, patch, overlap: overlap)
      var covered = SampleLabel(volume)
      for item in patches {
        for axis in SpatialAxis.allCases {
          let isPadded = patch[axis] > volume[axis]
          #expect(isPadded ? item.origin[axis] <= 0 : (0...(volume[axis] - patch[axis])).contains(item.origin[axis]))
        }
        for z in 0..<volume.z where (item.origin.z..<item.origin.z + patch.z).contains(z) {
          for y in 0..<volume.y where (item.origin.y..<item.origin.y + patch.y).contains(y) {
            for x in 0..<volume.x where (item.origin.x..<item.origin.x + patch.x).contains(x) { covered[z, y, x] = 1 }
          }
        }
      }
      #expect(covered.classes.allSatisfy { $0 == 1 }, "\(volume) by \(patch) overlapping \(overlap)")
      #expect(Set(patches.map(\.origin)).count == patches.count)
      let set = PatchSet(name: "grid", sampling: .grid(overlap: overlap), shape: patch)
      #expect(PatchSampler(set).mostPatches(in: volume) == patches.count)
    }
  }

  /// The paper's KiTS19 windows: MIScnn's numbers of them, the last ones shifted back.
  @Test func paperCoversKiTS19() {
    let patches = origins(shape(201, 249, 249), shape(80, 160, 160), overlap: shape(40, 80, 80))
    #expect(Set(patches.map(\.origin.z)).sorted() == [0, 40, 80, 120, 121])
    #expect(Set(patches.map(\.origin.y)).sorted() == [0, 80, 89])
    #expect(patches.count == 5 * 3 * 3 && patches.allSatisfy { $0.flags.isEmpty })
  }

  @Test func paperCoversBraTS20() {
    let patches = origins(shape(155, 240, 240), shape(96, 96, 96), overlap: shape(48, 48, 48))
    #expect(Set(patches.map(\.origin.z)).sorted() == [0, 48, 59])
    #expect(Set(patches.map(\.origin.x)).sorted() == [0, 48, 96, 144])
    #expect(patches.count == 3 * 4 * 4)
  }

  @Test func smallVolumesAreCentredInOneWindowAndFlagged() {
    let patches = origins(shape(5, 10, 4), shape(8, 10, 4), overlap: shape(2, 5, 2))
    #expect(patches == [ShardPatch(caseIdentifier: "case", origin: ZYX(z: -1, y: 0, x: 0), flags: .padded)])
    #expect(origins(shape(1, 1, 1), shape(4, 2, 1), overlap: shape(0, 0, 0)).map(\.origin) == [ZYX(z: -1, y: 0, x: 0)])
  }

  @Test func exactFitIsOneWindowPerStep() {
    #expect(origins(shape(8, 4, 4), shape(4, 4, 4), overlap: shape(0, 0, 0)).map(\.origin.z) == [0, 4])
    #expect(origins(shape(9, 4, 4), shape(4, 4, 4), overlap: shape(0, 0, 0)).map(\.origin.z) == [0, 4, 5])
    #expect(origins(shape(8, 4, 4), shape(4, 4, 4), overlap: shape(2, 2, 2)).map(\.origin.z) == [0, 2, 4])
  }

  @Test func blankWindowsAreLeftOut() {
    var label = SampleLabel(shape(4, 4, 8))
    label[3, 3, 7] = 2
    let set = PatchSet(name: "g", sampling: .grid(overlap: shape(0, 0, 0)), shape: shape(4, 4, 4), skipsBlank: true)
    let patches = label.index { PatchSampler(set).patches(of: "case", shape: label.shape, foreground: $0) }
    #expect(patches.map(\.origin) == [ZYX(z: 0, y: 0, x: 4)])
    let blank = SampleLabel(label.shape)
    #expect(blank.index { PatchSampler(set).patches(of: "case", shape: blank.shape, foreground: $0) }.isEmpty)
  }
}
