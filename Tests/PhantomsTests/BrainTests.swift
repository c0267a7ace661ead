import Testing

@testable import Phantoms

/// One painted head, and where things are in it; 4 mm voxels.
private struct Head {
  let grid: ScanGrid
  /// Per sequence, in the order of `MRISequence`.
  private(set) var images: [[Float]] = Array(repeating: [], count: MRISequence.allCases.count)
  private(set) var labels: [UInt8] = []

  init(number: Int, seed: UInt64) {
    var phantom = BraTS20Phantom(number: number, size: .small, seed: seed)
    phantom.grid = ScanGrid(slices: 39, rows: 60, columns: 60, sliceSpacing: 4, pixel: 4, top: 81, middle: 9)
    grid = phantom.grid
    var scan = HeadScan(phantom)
    var (images, labels) = (images, labels)
    scan.render { _, values, classes in
      for image in images.indices { images[image] += values[(image * classes.count)..<((image + 1) * classes.count)] }
      labels += classes
    }
    (self.images, self.labels) = (images, labels)
  }

  func mean(_ sequence: MRISequence, ofClass label: UInt8) -> Float {
    mean(sequence) { labels[$0] == label }
  }

  /// The mean over healthy brain.
  func brain(_ sequence: MRISequence) -> Float {
    mean(sequence) { labels[$0] == 0 && images[sequence.rawValue][$0] != 0 }
  }

  private func mean(_ sequence: MRISequence, where condition: (Int) -> Bool) -> Float {
    let values = labels.indices.filter(condition).map { images[sequence.rawValue][$0] }
    return values.reduce(0, +) / Float(max(1, values.count))
  }

  /// The mean distance of a class' voxels from the middle of the enhancing tumour, in voxels.
  func distance(ofClass label: UInt8) -> Float {
    let core = places(of: BrainTumour.Class.enhancing) + places(of: BrainTumour.Class.necrosis)
    let middle = core.reduce(.zero, +) / Float(core.count)
    let all = places(of: label)
    return all.reduce(0) { $0 + (($1 - middle) * ($1 - middle)).sum().squareRoot() } / Float(all.count)
  }

  func places(of label: UInt8) -> [SIMD3<Float>] { labels.indices.filter { labels[$0] == label }.map(place) }

  /// The head's voxels: slice, row, column.
  var shown: [SIMD3<Float>] { labels.indices.filter { images[0][$0] != 0 }.map(place) }

  private func place(_ voxel: Int) -> SIMD3<Float> {
    let (slice, rest) = (voxel % grid.slices, voxel / grid.slices)
    return SIMD3(Float(slice), Float(rest % grid.rows), Float(rest / grid.rows))
  }
}

struct BrainTests {
  private static let heads = [(2, 1), (3, 1), (6, 1)].map { Head(number: $0, seed: $1) }
  private static let withoutEnhancing = Head(number: 5, seed: 1)

  @Test(arguments: heads.indices) func sequencesShowWhatTheyShouldShow(index: Int) {
    let head = Self.heads[index]
    #expect(Set(head.labels) == [0, 1, 2, 4])
    #expect(head.mean(.t1ce, ofClass: 4) > 1.5 * head.brain(.t1ce))
    #expect(head.mean(.t1, ofClass: 4) < head.brain(.t1))
    #expect(head.mean(.flair, ofClass: 2) > 1.5 * head.brain(.flair))
    #expect(head.mean(.t2, ofClass: 2) > 1.1 * head.brain(.t2))
    #expect(head.mean(.t1, ofClass: 2) < head.brain(.t1))
    #expect(head.mean(.t1ce, ofClass: 1) < head.mean(.t1ce, ofClass: 4))
  }

  @Test(arguments: heads.indices) func theCoreLiesWithinTheRimWithinTheOedema(index: Int) {
    let head = Self.heads[index]
    #expect(head.distance(ofClass: 1) < head.distance(ofClass: 4))
    #expect(head.distance(ofClass: 4) < head.distance(ofClass: 2))
  }

  @Test func aCaseWithoutEnhancingTumourHasNone() {
    let head = Self.withoutEnhancing
    #expect(Set(head.labels) == [0, 1, 2])
    #expect(head.mean(.t1ce, ofClass: 1) < head.brain(.t1ce))
  }

  /// As the real ones are: about a sixth of the image, zero around it and nowhere within it.
  @Test(arguments: heads.indices) func theHeadLiesInZeros(index: Int) {
    let head = Self.heads[index]
    let share = Float(head.shown.count) / Float(head.labels.count)
    #expect((0.13...0.2).contains(share))
    for image in head.images { #expect(zip(image, head.images[0]).allSatisfy { ($0 == 0) == ($1 == 0) }) }
    #expect(zip(head.labels, head.images[0]).allSatisfy { $0 == 0 || $1 != 0 })
    #expect(head.images.allSatisfy { $0.allSatisfy { $0 >= 0 && $0 == $0.rounded() && $0 < 32767 } })
  }

  /// The cerebellum hangs below at the back; the brain is longer than it is wide.
  @Test func theRightWayUp() {
    let places = Self.heads[0].shown
    let middle = places.reduce(.zero, +) / Float(places.count)
    let low = places.filter { $0.x > middle.x + 10 }  // later slices are nearer to the feet
    #expect(low.count > 100)
    #expect(low.reduce(0) { $0 + $1.y } / Float(low.count) > middle.y + 3)  // later rows are further back
    func length(_ values: [Float]) -> Float { (values.max() ?? 0) - (values.min() ?? 0) }
    #expect(length(places.map(\.y)) > length(places.map(\.z)) + 4)
  }

  @Test func anotherSeedIsAnotherPatient() {
    #expect(Head(number: 2, seed: 2).labels != Self.heads[0].labels)
    #expect(Self.heads[0].labels != Self.heads[1].labels)
    #expect(Head(number: 2, seed: 1).images == Self.heads[0].images)
  }
}
