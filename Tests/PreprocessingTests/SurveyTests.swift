import Parallelism
import Testing
import TestSupport
import Volumes

@testable import Preprocessing

@Suite struct SurveyTests {
  private static let orientations = [0, 13, 29, 46].map { Orientation.all[$0] }

  /// Parts by flooding from voxel to voxel: slow and plain.
  private static func flooded(_ grid: Grid<Double>) -> [Int] {
    var counts = [Int](repeating: 0, count: 256)
    var seen = Set<Int>()
    let shape = grid.shape
    for start in 0..<shape.count where grid.values[start] != 0 && !seen.contains(start) {
      counts[Int(grid.values[start])] += 1
      var waiting = [start]
      seen.insert(start)
      while let voxel = waiting.popLast() {
        let (z, y, x) = (voxel / (shape.y * shape.x), voxel / shape.x % shape.y, voxel % shape.x)
        for dz in -1...1 {
          for dy in -1...1 {
            for dx in -1...1 {
              let (a, b, c) = (z + dz, y + dy, x + dx)
              guard (0..<shape.z).contains(a), (0..<shape.y).contains(b), (0..<shape.x).contains(c) else { continue }
              let next = (a * shape.y + b) * shape.x + c
              if grid.values[next] == grid.values[start], seen.insert(next).inserted { waiting.append(next) }
            }
          }
        }
      }
    }
    return counts
  }

  /// A label of which a share is foreground of two classes.
  private static func noise(_ shape: Shape, share: Double, seed: Int) -> Grid<Double> {
    var generator = SeededGenerator(seed: seed)
    return Grid(shape) { _, _, _ in
      Double.random(in: 0..<1, using: &generator) < share ? Double(Int.random(in: 1...2, using: &generator)) : 0
    }
  }

  private static func prepared(
    _ image: Grid<Double>, _ label: Grid<Double>?, _ orientation: Orientation, jobs: Int = 2,
    stages: [Stage] = []
  ) throws -> CaseState {
    let workers = Workers(count: jobs)
    defer { workers.stop() }
    let raw = RawVolumes(
      channels: [ArraySource(image, orientation, .int16)],
      label: label.map { ArraySource($0, orientation, .uint8) },
      mapping: LabelMapping(classes: [0: 0, 1: 1, 2: 2]), affine: .identity)
    return try Preprocessor(stages: stages).run(raw, on: workers)
  }

  @Test(arguments: [0.02, 0.1, 0.3, 0.9]) func partsAreThoseThatFloodingFinds(_ share: Double) throws {
    for (seed, orientation) in Self.orientations.enumerated() {
      let shape = Shape(z: 20, y: 17, x: 33)
      let label = Self.noise(shape, share: share, seed: seed)
      let image = Grid.random(shape, seed: 1)
      for jobs in [1, 3] {
        let state = try Self.prepared(image, label, orientation, jobs: jobs)
        #expect(state.censuses.map(\.components) == [Self.flooded(label)])
      }
      #expect(try state(of: label).counts == Self.flooded(label))
    }
  }

  private func state(of label: Grid<Double>) throws -> Components {
    let workers = Workers(count: 1)
    let classes = Buffer<UInt8>(count: label.shape.count)
    for (index, value) in label.values.enumerated() { classes.base[index] = UInt8(value) }
    return try LabelMap(shape: label.shape, classes: classes, affine: .identity).components(on: workers)
  }

  @Test func partsTouchByACornerAndNotFurther() throws {
    let shape = Shape(z: 3, y: 3, x: 4)
    let touching = Grid<Double>(shape) { z, y, x in (z, y, x) == (0, 0, 0) || (z, y, x) == (1, 1, 1) ? 1 : 0 }
    #expect(try state(of: touching).counts[1] == 1)
    let apart = Grid<Double>(shape) { z, y, x in (z, y, x) == (0, 0, 0) || (z, y, x) == (1, 1, 2) ? 1 : 0 }
    #expect(try state(of: apart).counts[1] == 2)
  }

  @Test func partThatResamplingLosesIsNamed() throws {
    // One voxel far from the block, on a grid of a quarter of the voxels: threshold gives it less than one half.
    let shape = Shape(z: 16, y: 16, x: 32)
    let label = Grid<Double>(shape) { z, y, x in
      (2..<10).contains(z) && (2..<10).contains(y) && (2..<10).contains(x) || (z, y, x) == (12, 12, 25) ? 1 : 0
    }
    for orientation in Self.orientations {
      let state = try Self.prepared(
        Grid.random(shape, seed: 3), label, orientation,
        stages: [.resample(Resampling(spacing: Spacing(z: 2, y: 2, x: 2)))])
      #expect(state.censuses.map(\.stage) == ["raw", "resample"])
      #expect(state.censuses.map { $0.components[1] } == [2, 1])
      #expect(state.censuses[1].vanished[1] == 1)
      #expect(state.censuses[0].ml[1] == 0.513)
    }
  }

  @Test func cropAndPadKeepEveryPart() throws {
    let shape = Shape(z: 12, y: 12, x: 12)
    let label = Grid<Double>(shape) { z, y, x in z == 5 && y == 6 && (x == 3 || x == 8) ? 2 : 0 }
    let state = try Self.prepared(
      Grid.random(shape, 1...9, seed: 4), label, .ras,
      stages: [.crop(Crop(to: .foreground)), .pad(Pad(shape: Shape(z: 9, y: 9, x: 9)))])
    #expect(state.censuses.map(\.stage) == ["raw", "crop", "pad"])
    #expect(state.censuses.map { $0.components[2] } == [2, 2, 2])
    #expect(state.censuses.dropFirst().allSatisfy { $0.vanished[2] == 0 })
  }

  @Test func foregroundIsMeasuredOnRawValues() throws {
    let shape = Shape(z: 9, y: 40, x: 50)
    let image = Grid.random(shape, -1000...3000, seed: 5)
    for share in [0.05, 0.95] {
      let label = Self.noise(shape, share: share, seed: 6)
      let expected = zip(image.values, label.values).filter { $0.1 != 0 }.map(\.0)
      var counts: [Float: Int] = [:]
      for value in expected { counts[Float(value), default: 0] += 1 }
      for orientation in Self.orientations {
        let state = try Self.prepared(image, label, orientation, stages: [.clip(0...10)])
        let found = try #require(state.survey?.channels.first)
        #expect(found.distribution.values == counts.keys.sorted())
        #expect(found.distribution.voxels == counts.keys.sorted().map { counts[$0] })
        #expect(found.foreground.count == Double(expected.count))
        #expect(found.foreground.minimum == expected.min())
        #expect(found.foreground.maximum == expected.max())
        #expect(abs(found.foreground.mean - expected.reduce(0, +) / Double(expected.count)) < 1e-9)
      }
    }
  }

  /// Planes of 2 MB, of which few are in the ring: every fifth takes long to decode, and others pass it meanwhile.
  @Test func slowPlaneIsNotOverwrittenByThoseThatPassIt() throws {
    let layout = ArrayLayout(extents: [512, 512, 20], orientation: .ras, scalar: .float64)
    let (image, label) = (BandedSource(layout), BandedSource(layout))
    let raw = RawVolumes(
      channels: [image], label: label, mapping: LabelMapping(classes: [0: 0, 1: 1]), affine: .identity)
    let workers = Workers(count: 4)
    defer { workers.stop() }
    let (survey, counts) = try RawSurvey.read(raw, on: workers)
    #expect(counts?[1] == label.voxels)
    #expect(survey.channels[0].foreground.count == Double(label.voxels))
    #expect(survey.channels[0].foreground.minimum == 1)
    #expect(survey.components?.counts[1] == label.parts)
  }

  @Test func labelStoredAlongOtherAxesIsTheSameLabel() throws {
    let shape = Shape(z: 9, y: 12, x: 15)
    let (image, label) = (Grid.random(shape, -50...50, seed: 8), Self.noise(shape, share: 0.4, seed: 9))
    let workers = Workers(count: 2)
    defer { workers.stop() }
    let stages: [Stage] = [.resample(Resampling(spacing: Spacing(z: 1.4, y: 0.8, x: 1.1)))]
    let expected = try Self.prepared(image, label, .ras, stages: stages)
    for orientation in Orientation.all {
      for scalar in [ScalarType.uint8, .int16, .float32, .float64] {
        let raw = RawVolumes(
          channels: [ArraySource(image, .ras, .int16)], label: ArraySource(label, orientation, scalar),
          mapping: LabelMapping(classes: [0: 0, 1: 1, 2: 2]), affine: .identity)
        let found = try Preprocessor(stages: stages).run(raw, on: workers)
        #expect(
          Array(found.label?.classes.values ?? .init(start: nil, count: 0)) == Array(expected.label!.classes.values))
        #expect(found.censuses == expected.censuses)
        #expect(found.survey?.channels[0].distribution == expected.survey?.channels[0].distribution)
      }
    }
  }

  @Test func contentIsTheBoxAroundWhatIsNotZero() throws {
    let shape = Shape(z: 9, y: 11, x: 21)
    let image = Grid<Double>(shape) { z, y, x in
      (2..<7).contains(z) && (3..<10).contains(y) && (5..<6).contains(x) || (z, y, x) == (4, 5, 15) ? -3 : 0
    }
    for orientation in Self.orientations {
      let state = try Self.prepared(image, nil, orientation)
      #expect(state.survey?.contentShape == Shape(z: 5, y: 7, x: 11))
      #expect(state.censuses.isEmpty)
    }
    let blank = try Self.prepared(Grid<Double>(shape) { _, _, _ in 0 }, nil, .ras)
    #expect(blank.survey?.contentShape == nil)
  }

  @Test func binsAreWholeNumbersOrAFourThousandthWide() {
    let histogram = IntensityHistogram()
    let values: [Float] = [0, -0.0, 1, -1, 8191, -8191, 0.3, -0.3, 123456.7, -2e30]
    histogram.add(values, values.count)
    let found = histogram.distribution
    #expect(found.values == found.values.sorted())
    #expect(found.voxels.reduce(0, +) == values.count)
    for value in values {
      let nearest = found.values.min { abs($0 - value) < abs($1 - value) }!
      #expect(abs(nearest - value) <= abs(value) / 4096)
      #expect(abs(nearest) <= abs(value))
    }
    #expect([0, 1, -1, 8191, -8191].allSatisfy(found.values.contains))
    let twice = IntensityHistogram()
    twice.merge(histogram)
    twice.merge(histogram)
    #expect(twice.distribution.voxels == found.voxels.map { 2 * $0 })
  }

  /// The width from the lowest float to the highest is no float.
  @Test func aPreviewsHistogramTakesTheWholeRangeOfFloats() {
    let greatest = Float.greatestFiniteMagnitude
    let histogram = StagePreview.Histogram(of: [-greatest, -greatest / 4, 0, greatest / 4, greatest], bins: 4)
    #expect(histogram.counts == [1, 1, 2, 1])
    #expect(StagePreview.Histogram(of: [3, 3], bins: 4).counts == [2, 0, 0, 0])
  }
}

/// Planes of zeros; in every fifth plane every other voxel is 1, which takes far longer to decode.
private final class BandedSource: PlaneSource, @unchecked Sendable {
  let layout: ArrayLayout
  private var next = 0

  init(_ layout: ArrayLayout) { self.layout = layout }

  var voxels: Int { (layout.planes + 4) / 5 * layout.planeCount / 2 }
  /// Each line of voxels is a part: those along the fastest axis lie apart, and the planes between are empty.
  var parts: Int { (layout.planes + 4) / 5 * layout.extents[0] / 2 }

  func readPlane(into plane: UnsafeMutableRawBufferPointer) {
    let values = plane.bindMemory(to: Double.self)
    values.initialize(repeating: 0)
    if next % 5 == 0 { for voxel in stride(from: 0, to: values.count, by: 2) { values[voxel] = 1 } }
    next += 1
  }
}
