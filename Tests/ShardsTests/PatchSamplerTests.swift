import TestSupport
import Testing
import Volumes

@testable import Shards

@Suite struct PatchSamplerTests {
  private let patch = shape(3, 4, 5)

  private func set(_ perCase: Int, _ foreground: Double = 0, seed: UInt32 = 1, skipsBlank: Bool = false) -> PatchSet {
    PatchSet(
      name: "random", sampling: .random(RandomSampling(perCase: perCase, foreground: foreground, seed: seed)),
      shape: patch, skipsBlank: skipsBlank)
  }

  private func patches(_ set: PatchSet, _ label: SampleLabel, of name: String = "case_00000") -> [ShardPatch] {
    label.index { PatchSampler(set).patches(of: name, shape: label.shape, foreground: $0) }
  }

  /// MIScnn never draws the last position.
  @Test func firstAndLastPositionAreDrawnAsOftenAsOthers() {
    let draws = 6000
    let found = patches(set(draws), SampleLabel(shape(5, 4, 6)))
    for (axis, places) in [(SpatialAxis.z, 3), (.y, 1), (.x, 2)] {
      let counts = Dictionary(found.map { ($0.origin[axis], 1) }, uniquingKeysWith: +)
      #expect(counts.keys.sorted() == Array(0..<places))
      #expect(counts.values.allSatisfy { abs($0 - draws / places) < draws / 20 })
    }
    #expect(found.allSatisfy { $0.flags.isEmpty })
  }

  @Test func patchesFollowFromSetSeedCaseAndVoxelsAlone() {
    let label = SampleLabel(shape(30, 30, 30))
    let found = patches(set(20), label)
    #expect(found == patches(set(20), label))
    #expect(found.map(\.origin) != patches(set(20), label, of: "case_00001").map(\.origin))
    #expect(found != patches(set(20, seed: 2), label))
    var other = set(20)
    other.name = "other"
    #expect(found != patches(other, label))
    #expect(Array(patches(set(40), label).prefix(20)) == found, "more patches leave the first ones as they are")
  }

  /// What the same seed gave before it gives for ever.
  @Test func drawsStay() {
    let label = SampleLabel(shape(201, 249, 249))
    #expect(patches(set(3), label).map(\.origin) == [shape(20, 42, 24), shape(90, 82, 116), shape(143, 152, 178)])
  }

  @Test func shareIsRoundedAndSpread() {
    for share in [0, 0.1, 0.25, 1.0 / 3, 0.4, 0.5, 0.99, 1] {
      for count in [1, 2, 3, 10, 16, 17, 100] {
        let centred = (0..<count).filter { PatchSampler.isCentred($0, share: share) }
        #expect(centred.count == Int((Double(count) * share).rounded()))
      }
    }
    #expect((0..<10).filter { PatchSampler.isCentred($0, share: 0.4) } == [1, 3, 6, 8])
  }

  @Test func centredPatchesHoldTheirVoxelInTheMiddleUnlessTheBorderIsNear() {
    var label = SampleLabel(shape(20, 20, 20))
    label[10, 10, 10] = 1
    let middle = patches(set(4, 1), label)
    #expect(middle.allSatisfy { $0.origin == ZYX(z: 9, y: 8, x: 8) && $0.flags == .foreground })
    label[10, 10, 10] = 0
    label[0, 19, 1] = 1
    #expect(patches(set(1, 1), label).map(\.origin) == [ZYX(z: 0, y: 16, x: 0)])
  }

  /// Each class that is there is as likely as the others, however few voxels it has; so is each voxel of a class.
  @Test func classesAreEquallyLikelyAndVoxelsWithinThem() {
    var label = SampleLabel(shape(9, 40, 40))
    for y in 10..<30 { for x in 10..<30 { label[4, y, x] = 1 } }
    for y in 10..<12 { label[6, y, 35] = 7 }
    let draws = 4000
    let found = patches(set(draws, 1), label)
    let few = found.filter { $0.origin.x == 33 }
    #expect(abs(few.count - draws / 2) < draws / 20)
    #expect(abs(few.count { $0.origin.y == 8 } - draws / 4) < draws / 20)
    let rows = Dictionary(found.filter { $0.origin.z == 3 }.map { ($0.origin.y, 1) }, uniquingKeysWith: +)
    #expect(rows.keys.sorted() == Array(8..<28))
  }

  @Test func casesWithoutForegroundFallBackAndSaySo() {
    let found = patches(set(5, 0.4), SampleLabel(shape(30, 30, 30)))
    #expect(found.map(\.flags) == [[], .foregroundAbsent, [], .foregroundAbsent, []])
    #expect(Set(found.map(\.origin)).count == 5)
  }

  @Test func smallVolumesAreCentredAndFlagged() {
    var label = SampleLabel(shape(2, 9, 2))
    label[0, 0, 0] = 1
    for item in patches(set(8, 0.5), label) {
      #expect(item.origin.z == 0 && item.origin.x == -1 && (0...5).contains(item.origin.y))
      #expect(item.flags.contains(.padded))
    }
  }

  @Test func blankPatchesAreDrawnAgain() {
    var generator = SeededGenerator(seed: 4)
    var label = SampleLabel.random(shape(12, 12, 12), voxels: 6, of: [1, 3], using: &generator)
    let found = patches(set(200, skipsBlank: true), label)
    #expect(found.count == 200 && Set(found.map(\.origin)).count > 50)
    #expect(found.allSatisfy { label.window($0.origin, patch).contains { $0 != 0 } })
    label = SampleLabel(shape(200, 200, 200))
    label[0, 0, 0] = 1
    let rare = patches(set(3, skipsBlank: true), label)
    #expect(rare.allSatisfy { $0.origin == ZYX(z: 0, y: 0, x: 0) && $0.flags == .foreground })
    #expect(patches(set(3, skipsBlank: true), SampleLabel(shape(9, 9, 9))).isEmpty)
  }
}
