import Parallelism
import Preprocessing
import TestSupport
import Testing
import Volumes

struct StageTests {
  private let shape = Shape(z: 5, y: 6, x: 37)

  private func moments(_ values: [Double]) -> (mean: Double, std: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    return (mean, (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot())
  }

  private func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-5) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
  }

  // MARK: z-score

  @Test func zscoreOfTheVolume() throws {
    let grid = Grid.random(shape, -1000...400, seed: 1)
    let state = try Sample(ArraySource(grid)).run(.zscore(.volume))
    let (mean, std) = moments(grid.values)
    #expect(isClose(state.written().values, grid.values.map { ($0 - mean) / std }))
    #expect(isClose(state.records[0].mean ?? [], [mean], 1e-9))
    #expect(isClose(state.records[0].std ?? [], [std], 1e-9))
  }

  @Test func zscoreOfNonzeroVoxelsLeavesZerosAlone() throws {
    let grid = Grid(shape, Grid.random(shape, -50...50, seed: 2).values.map { abs($0) < 20 ? 0 : $0 })
    let state = try Sample(ArraySource(grid)).run(.zscore(.nonzero))
    let (mean, std) = moments(grid.values.filter { $0 != 0 })
    #expect(isClose(state.written().values, grid.values.map { $0 == 0 ? 0 : ($0 - mean) / std }))
  }

  @Test func zscoreOfForegroundScalesEverything() throws {
    let grid = Grid.random(shape, -50...50, seed: 3)
    let label = Grid(shape) { z, _, x in z == 2 ? Double(x % 3) : 0 }
    let state = try Sample(ArraySource(grid), label: ArraySource(label, .ras, .uint8)).run(.zscore(.foreground))
    let (mean, std) = moments(zip(grid.values, label.values).filter { $1 != 0 }.map(\.0))
    #expect(isClose(state.written().values, grid.values.map { ($0 - mean) / std }))
  }

  /// A voxel far outside, at the very corner, must not cancel the digits of those that count.
  @Test func outliersThatDoNotCountDoNotDisturb() throws {
    let grid = Grid(shape, Grid.random(shape, 100...200, seed: 5).values.enumerated().map { $0 % 37 == 0 ? -1e10 : $1 })
    let label = Grid(shape) { _, _, x in x == 0 ? 0.0 : 1 }
    let foreground = grid.values.filter { $0 > 0 }
    for value in [-1e10, -3.4e38] {
      let far = Grid(shape, grid.values.map { $0 < 0 ? value : $0 })
      let state = try Sample(ArraySource(far, .ras, .float64), label: ArraySource(label, .ras, .uint8))
        .run(.zscore(.foreground))
      let (mean, std) = moments(foreground)
      #expect(isClose(state.records[0].mean ?? [], [mean], 1e-6) && isClose(state.records[0].std ?? [], [std], 1e-6))
    }
  }

  @Test func spreadBeyondFloatIsRefused() {
    let grid = Grid.random(shape, 0...1, seed: 6)
    #expect(
      Sample(ArraySource(grid)).message(.rescale(Rescale(from: 0...1e-40)))
        == "rescale: the values lie too close together, found a width of 1e-40, expected one that a float can divide by; "
        + "look at the file's scl_slope and the stage's range")
  }

  /// Readers take the recorded minimum for the value of padding: it must be the one in the file.
  @Test(arguments: [Stage.zscore(.volume), .rescale(Rescale()), .rescale(Rescale(from: -3...977, to: -1...0.1))])
  func recordedExtremesAreThoseWritten(stage: Stage) throws {
    for seed in 0..<20 {
      let grid = Grid.random(shape, -1000...3000, seed: 100 + seed)
      let workers = Workers(count: 1)
      var state = try Sample(ArraySource(grid)).run(stage)
      let moments = try state.moments(ofChannel: 0, on: workers)
      let written = state.written().values
      #expect(moments.minimum == written.min() && moments.maximum == written.max())
    }
  }

  @Test func zscoreByConstantsIsPerChannel() throws {
    let grid = Grid.random(shape, seed: 4)
    let sample = { Sample(ArraySource(grid), ArraySource(grid, .ras, .uint16)) }
    let state = try sample().run(.zscore(.constants([.init(mean: 101, std: 76.9), .init(mean: 1, std: 2)])))
    #expect(isClose(state.written(0).values, grid.values.map { ($0 - 101) / 76.9 }))
    #expect(isClose(state.written(1).values, grid.values.map { ($0 - 1) / 2 }))
    let one = try sample().run(.zscore(.constants([.init(mean: 101, std: 76.9)])))
    #expect(one.written(1) == one.written(0))
  }

  @Test func zscoreRefusesWhatHasNoSpread() {
    let constant = Grid(shape) { _, _, _ in 7.25 }
    let text = "every voxel has the same value, found 7.25, expected an image; look at the file, or exclude the case"
    #expect(Sample(ArraySource(constant)).message(.zscore(.volume)) == "zscore: \(text)")
    #expect(Sample(ArraySource(constant)).message(.zscore(.nonzero)) == "zscore: \(text)")
    #expect(Sample(ArraySource(constant)).message(.rescale(Rescale())) == "rescale: \(text)")
    let zeros = Grid(shape) { _, _, _ in 0.0 }
    #expect(
      Sample(ArraySource(zeros)).message(.zscore(.nonzero))
        == "zscore: no nonzero voxels, found 0, expected at least one; look at the file, or exclude the case")
    #expect(
      Sample(ArraySource(constant), label: ArraySource(zeros, .ras, .uint8)).message(.zscore(.foreground))
        == "zscore: no foreground voxels, found 0, expected at least one; look at the file, or exclude the case")
    #expect(
      Sample(ArraySource(constant)).message(.zscore(.foreground))
        == "zscore: the stage needs a label, found none, expected one; "
        + "exclude unlabelled cases (`unlabelled: exclude`)")
  }

  /// A small spread far from 0: the difference of squares of Floats would lose it.
  @Test func spreadFarFromZeroIsExact() throws {
    let grid = Grid(shape, Grid.random(shape, 0...8, seed: 5).values.map { 1e6 + $0 })
    var state = try Sample(ArraySource(grid, .ras, .int32)).run()
    let workers = Workers(count: 1)
    let found = try state.moments(ofChannel: 0, on: workers)
    let (mean, std) = moments(grid.values)
    #expect(abs(found.mean - mean) < 1e-6)
    #expect(abs(found.std - std) < 1e-6 * std)
    #expect((found.minimum, found.maximum, found.count) == (1e6, 1e6 + 8, Double(shape.count)))
  }

  // MARK: clip and rescale

  @Test func pipelineOfKiTS19IsItsSteps() throws {
    let grid = Grid.random(Shape(z: 9, y: 20, x: 21), -1024...1500, seed: 6)
    let resampling = Resampling(spacing: Spacing(z: 3.22, y: 1.62, x: 1.62))
    let spacing = Spacing(z: 2.5, y: 0.8, x: 0.8)
    var sample = Sample(ArraySource(grid, Orientation.all[40], .int16))
    sample.spacing = spacing
    let state = try sample.run(.resample(resampling), .clip(-79...304), .zscore(.volume))
    let plain = PlainResampling.image(
      grid, onto: resampling.target(shape: grid.shape, spacing: spacing), .cubic, .mirror)
    let clipped = plain.values.map { min(max($0, -79), 304) }
    let (mean, std) = moments(clipped)
    #expect(isClose(state.written().values, clipped.map { ($0 - mean) / std }, 2e-4))
    #expect(state.records.map(\.stage) == [.resample, .clip, .zscore])
  }

  /// A clip before a resampling is another thing than one after it, and so is a scale.
  @Test func orderOfStagesIsKept() throws {
    let grid = Grid.random(Shape(z: 7, y: 8, x: 9), -1000...1000, seed: 7)
    let resampling = Resampling(spacing: Spacing(z: 1.5, y: 0.8, x: 2))
    let target = resampling.target(shape: grid.shape, spacing: .unit)
    func clip(_ values: [Double]) -> [Double] { values.map { min(max($0, -79), 304) } }

    let first = try Sample(ArraySource(grid)).run(.clip(-79...304), .resample(resampling))
    let clipped = PlainResampling.image(Grid(grid.shape, clip(grid.values)), onto: target, .cubic, .mirror)
    #expect(first.written().distance(to: clipped) < 1e-2)
    let after = try Sample(ArraySource(grid)).run(.resample(resampling), .clip(-79...304))
    let resampled = PlainResampling.image(grid, onto: target, .cubic, .mirror)
    #expect(after.written().distance(to: Grid(target.shape, clip(resampled.values))) < 1e-2)

    // Rescaled from memory, resampled again with a label.
    let again = Resampling(spacing: .unit, imageOrder: .linear)
    var sample = Sample(
      ArraySource(grid), label: ArraySource(Grid(grid.shape) { z, _, _ in Double(z % 2) }, .ras, .uint8))
    sample.spacing = .unit
    let twice = try sample.run(
      .resample(resampling), .rescale(Rescale(from: -100...100, to: 0...1)), .clip(0...0.5), .resample(again))
    let scaled = resampled.values.map { min(max(($0 + 100) / 200, 0), 0.5) }
    let spacing = Spacing { Double(grid.shape[$0]) / Double(target.shape[$0]) }
    let expected = PlainResampling.image(
      Grid(target.shape, scaled), onto: again.target(shape: target.shape, spacing: spacing), .linear, .mirror)
    #expect(twice.written().distance(to: expected) < 1e-4)
    #expect(twice.label?.shape == twice.volume.shape)
  }

  @Test func rescaleMapsRangeOntoRange() throws {
    let grid = Grid.random(shape, -20...60, seed: 8)
    let own = try Sample(ArraySource(grid)).run(.rescale(Rescale()))
    let (low, high) = (grid.values.min() ?? 0, grid.values.max() ?? 0)
    #expect(isClose(own.written().values, grid.values.map { ($0 - low) / (high - low) }))
    let given = try Sample(ArraySource(grid)).run(.rescale(Rescale(from: 0...10, to: -1...1)))
    #expect(isClose(given.written().values, grid.values.map { $0 / 5 - 1 }))
    // After a clip the range is the clipped one.
    let clipped = try Sample(ArraySource(grid)).run(.clip(0...10), .rescale(Rescale(to: 5...6)))
    #expect(isClose(clipped.written().values, grid.values.map { 5 + min(max($0, 0), 10) / 10 }))
  }

  // MARK: crop and pad

  private func island() -> Grid<Double> {
    Grid(shape) { z, y, x in (1...2).contains(z) && (2...4).contains(y) && (5...30).contains(x) ? Double(z + y + x) : 0
    }
  }

  @Test func cropIsTheBoxAroundWhatIsNotZero() throws {
    let state = try Sample(ArraySource(island())).run(.crop(Crop(to: .nonzero)))
    #expect(state.written() == Grid(Shape(z: 2, y: 3, x: 26)) { z, y, x in Double(z + 1 + y + 2 + x + 5) })
    #expect(state.records[0].before == [1, 2, 5])
    #expect(state.records[0].after == [2, 1, 6])
    #expect(state.volume.affine.origin == [5, 2, 1])
  }

  @Test func marginEndsAtTheVolumesEdge() throws {
    let margin = Shape(z: 3, y: 1, x: 100)
    let state = try Sample(ArraySource(island())).run(.crop(Crop(to: .nonzero, margin: margin)))
    #expect(state.volume.shape == Shape(z: 5, y: 5, x: 37))
    #expect(state.volume.affine.origin == [0, 1, 0])
  }

  @Test func cropToForegroundFollowsTheLabel() throws {
    let image = Grid.random(shape, 1...100, seed: 9)
    let label = Grid(shape) { z, y, x in z == 3 && y == 2 && (4...6).contains(x) ? 2 : 0.0 }
    let state = try Sample(ArraySource(image), label: ArraySource(label, .ras, .uint8))
      .run(.crop(Crop(to: .foreground)), .zscore(.constants([.init(mean: 0, std: 1)])))
    #expect(state.written().values == (4...6).map { image[3, 2, $0] })
    #expect(state.classes?.values == [2, 2, 2])
    #expect(state.classCounts?[..<3] == [0, 0, 3])
    #expect(state.rawClassCounts?[..<3] == [shape.count - 3, 0, 3])
  }

  /// A crop looks at values as the stages before it left them.
  @Test func cropSeesClippedValues() throws {
    let grid = Grid<Double>(Shape(z: 1, y: 1, x: 5), [-3, -1, 2, 0, -5])
    let state = try Sample(ArraySource(grid)).run(
      .zscore(.constants([.init(mean: 0, std: 1)])), .clip(0...10), .crop(Crop(to: .nonzero)))
    #expect(state.written().values == [2])
  }

  @Test func cropOfNothingIsRefused() {
    let zeros = Grid(shape) { _, _, _ in 0.0 }
    #expect(
      Sample(ArraySource(zeros)).message(.crop(Crop(to: .nonzero)))
        == "crop: no nonzero voxels, found 0, expected at least one; look at the file, or exclude the case")
    #expect(
      Sample(ArraySource(zeros), label: ArraySource(zeros, .ras, .uint8)).message(.crop(Crop(to: .foreground)))
        == "crop: no foreground voxels, found 0, expected at least one; look at the file, or exclude the case")
    #expect(
      Sample(ArraySource(zeros)).message(.crop(Crop(to: .foreground)))
        == "crop: the stage needs a label, found none, expected one; "
        + "exclude unlabelled cases (`unlabelled: exclude`)")
  }

  @Test func oddVoxelOfAPadComesAfter() throws {
    let grid = Grid<Double>(Shape(z: 1, y: 1, x: 2), [-4, 9])
    let label = Grid<Double>(grid.shape, [3, 1])
    let state = try Sample(ArraySource(grid), label: ArraySource(label, .ras, .uint8))
      .run(.pad(Pad(shape: Shape(z: 1, y: 2, x: 5))))
    #expect(state.written().values == [-4, -4, 9, -4, -4] + [Double](repeating: -4, count: 5))
    #expect(state.classes?.values == [0, 3, 1, 0, 0] + [UInt8](repeating: 0, count: 5))
    #expect(state.records[0].before == [0, 0, 1])
    #expect(state.records[0].after == [0, 1, 2])
    #expect(state.volume.affine.origin == [-1, 0, 0])
    #expect(state.classCounts?[..<4] == [8, 1, 0, 1])
  }

  @Test func padHoldsTheMinimumOfThePreparedValues() throws {
    let grid = Grid<Double>(Shape(z: 1, y: 1, x: 3), [-1000, 0, 500])
    let state = try Sample(ArraySource(grid), ArraySource(Grid<Double>(grid.shape, [5, 6, 7])))
      .run(.clip(-79...304), .rescale(Rescale(from: -79...304, to: 2...3)), .pad(Pad(shape: Shape(z: 1, y: 1, x: 4))))
    #expect(isClose(state.written(0).values, [2, 2 + 79.0 / 383, 3, 2]))
    #expect(isClose(state.written(1).values, [84, 85, 86, 84].map { 2 + $0 / 383 }))
    let given = try Sample(ArraySource(grid)).run(.pad(Pad(shape: Shape(z: 1, y: 1, x: 4), value: 0.5)))
    #expect(given.written().values == [-1000, 0, 500, 0.5])
  }

  @Test func padLeavesLargerAxesAlone() throws {
    let grid = Grid.random(shape, seed: 10)
    let state = try Sample(ArraySource(grid)).run(.pad(Pad(shape: Shape(z: 2, y: 6, x: 1))))
    #expect(state.written() == grid)
  }

  // MARK: moments

  private func moments(_ count: Double, _ mean: Double, _ squares: Double, _ range: ClosedRange<Double>) -> Moments {
    var moments = Moments.none
    (moments.count, moments.mean, moments.squares) = (count, mean, squares)
    (moments.minimum, moments.maximum) = (range.lowerBound, range.upperBound)
    return moments
  }

  @Test func mergedMomentsAreThoseOfAllValues() {
    let parts = [[1.0, 2, 6], [10], [-4, 0, 0, 3]]
    var merged = Moments.none
    for part in parts {
      let (mean, std) = moments(part)
      merged.merge(
        moments(Double(part.count), mean, std * std * Double(part.count), (part.min() ?? 0)...(part.max() ?? 0)))
    }
    let (mean, std) = moments(parts.flatMap { $0 })
    #expect(abs(merged.mean - mean) < 1e-12 && abs(merged.std - std) < 1e-12)
    #expect((merged.count, merged.minimum, merged.maximum) == (8, -4, 10))
    let before = merged
    merged.merge(.none)
    #expect(merged == before)
    var fromNone = Moments.none
    fromNone.merge(before)
    #expect(fromNone == before)
  }

  /// Cases of very different sizes and places: no order of merging is off by more than rounding.
  @Test func orderOfMergingHardlyMatters() {
    var generator = SeededGenerator(seed: 12)
    let parts = (0..<40).map { _ in
      moments(
        Double(Int.random(in: 1...10_000_000, using: &generator)), Double.random(in: -100...300, using: &generator),
        Double.random(in: 1...1e9, using: &generator), -1000...1000)
    }
    let inOrder = parts.reduce(into: Moments.none) { $0.merge($1) }
    for _ in 0..<20 {
      let other = parts.shuffled(using: &generator).reduce(into: Moments.none) { $0.merge($1) }
      #expect(abs(other.mean - inOrder.mean) < 1e-11 * abs(inOrder.mean))
      #expect(abs(other.std - inOrder.std) < 1e-11 * inOrder.std)
    }
  }

  // MARK: voxels that are not finite

  @Test(arguments: [ScalarType.float32, .float64], [false, true])
  func nonfiniteVoxelsAreCountedOrReplaced(scalar: ScalarType, isByteSwapped: Bool) throws {
    var grid = Grid.random(shape, seed: 13)
    for (index, value) in [(0, Double.nan), (40, .infinity), (shape.count - 1, -.infinity)] {
      grid.values[index] = value
    }
    var sample = Sample(ArraySource(grid, .ras, scalar, isByteSwapped: isByteSwapped))
    #expect(
      sample.message(.clip(0...1))
        == "3 of 1110 voxels are NaN or infinite, expected finite values; "
        + "mend the image, or set `nonfinite` in the pipeline to the number that replaces them")
    sample.channels = [ArraySource(grid, .ras, scalar, isByteSwapped: isByteSwapped)]
    sample.nonfinite = .replace(-1024)
    let state = try sample.run(.clip(-79...304))
    #expect(state.nonfiniteReplaced == 3)
    #expect(state.written().values == grid.values.map { $0.isFinite ? $0 : -79 })
  }

  @Test func valuesBeyondFloatAreNotFinite() {
    let grid = Grid<Double>(Shape(z: 1, y: 1, x: 2), [1e39, 1])
    #expect(Sample(ArraySource(grid, .ras, .float64)).message()?.hasPrefix("1 of 2 voxels are NaN or infinite") == true)
  }

  /// A header that claims voxels of 1e25 mm along one axis; the others keep the volume small.
  @Test func axisThatNoVolumeHasIsRefused() throws {
    let grid = Grid.random(shape, seed: 7)
    let workers = Workers(count: 1)
    let affine = Affine(rows: [[1e25, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]])
    let raw = RawVolumes(
      channels: [ArraySource(grid)], label: nil, mapping: LabelMapping(classes: [0: 0]), affine: affine)
    let stages: [Stage] = [.resample(Resampling(spacing: Spacing(z: 2, y: 2, x: 2)))]
    let error = #expect(throws: PreprocessingError.self) { try Preprocessor(stages: stages).run(raw, on: workers) }
    #expect(
      error?.description
        == "the target spacing makes 2x3x262144 voxels (z, y, x), expected fewer than 262144 along each "
        + "axis; look at the file's spacing")
    #expect(throws: PreprocessingError.self) { try CaseForecast(of: stages, for: raw, workers: 1) }
  }

  @Test func nothingIsAllocatedThatNoMachineHolds() {
    let grid = Grid<Double>(Shape(z: 1, y: 1, x: 2), [0, 1])
    let message = Sample(ArraySource(grid)).message(.pad(Pad(shape: Shape(z: 1 << 20, y: 1 << 15, x: 1 << 15))))
    #expect(message?.hasPrefix("preparing 1048576x32768x32768 voxels (z, y, x) takes ") == true)
    // A header that claims voxels of any size, along all axes, for two channels.
    for size in [1e6, 1e12, 1e38] {
      let hostile = Sample(ArraySource(grid), ArraySource(grid), spacing: Spacing { _ in size })
      let found = hostile.message(.resample(Resampling(spacing: .unit)))
      #expect(found?.hasPrefix("preparing ") == true, "\(size): \(found ?? "taken")")
    }
  }
}
