import Preprocessing
import TestSupport
import Testing
import Volumes

struct LabelTests {
  /// Boxes of random classes on background, with single voxels strewn in.
  private func label(_ shape: Shape, classes: ClosedRange<Int> = 0...3, seed: Int) -> Grid<Double> {
    var generator = SeededGenerator(seed: seed)
    let boxes = (0..<4).map { _ in
      let lower = Shape { Int.random(in: 0..<shape[$0], using: &generator) }
      let upper = Shape { Int.random(in: lower[$0]...shape[$0], using: &generator) }
      return (lower, upper, Int.random(in: classes, using: &generator))
    }
    return Grid(shape) { z, y, x in
      if Int.random(in: 0..<40, using: &generator) == 0 { return Double(Int.random(in: classes, using: &generator)) }
      let here = Shape(z: z, y: y, x: x)
      let box = boxes.last { box in SpatialAxis.allCases.allSatisfy { box.0[$0] <= here[$0] && here[$0] < box.1[$0] } }
      return Double(box?.2 ?? 0)
    }
  }

  private func run(_ label: ArraySource, _ stages: Stage..., mapping: LabelMapping? = nil) throws -> CaseState {
    let shape = label.layout.shape
    var sample = Sample(
      ArraySource(Grid(shape) { _, _, _ in 0 }, label.layout.orientation, .uint8), label: label)
    if let mapping { sample.mapping = mapping }
    return try stages.isEmpty ? sample.run() : sample.run(stages[0])
  }

  @Test(arguments: LabelRule.allCases, [InterpolationOrder.nearest, .linear])
  func fastEqualsPlain(rule: LabelRule, order: InterpolationOrder) throws {
    var generator = SeededGenerator(seed: order.rawValue + (rule == .argmax ? 5 : 0))
    let shapes = [
      Shape(z: 1, y: 1, x: 1), Shape(z: 1, y: 9, x: 4), Shape(z: 12, y: 11, x: 10), Shape(z: 3, y: 2, x: 40),
      Shape(z: 100, y: 3, x: 4), Shape(z: 8, y: 33, x: 5),
    ]
    for (number, shape) in shapes.enumerated() {
      for grid in GridRule.allCases {
        for border in Border.allCases {
          let raw = label(shape, seed: number)
          let orientation = Orientation.all[Int.random(in: 0..<48, using: &generator)]
          let resampling = Resampling(
            spacing: Spacing { _ in Double.random(in: 0.4...2, using: &generator) }, labelOrder: order,
            labelRule: rule, grid: grid, labelBorder: border)
          let found = try run(ArraySource(raw, orientation, .uint8), .resample(resampling))
          let expected = PlainResampling.label(
            Grid(shape, raw.values.map { UInt8($0) }), onto: resampling.target(shape: shape, spacing: .unit), order,
            rule, border)
          #expect(found.classes == expected, "\(shape), \(orientation.codes), \(grid), \(border)")
          // Labels never gain a value, and are counted as they are.
          #expect(Set(expected.values).isSubset(of: raw.values.map { UInt8($0) } + [0]))
          #expect(
            found.classCounts.map { Array($0[..<4]) } == (0..<4).map { value in expected.values.count { $0 == value } })
          #expect(
            found.rawClassCounts.map { Array($0[..<4]) }
              == (0..<4).map { value in raw.values.count { $0 == Double(value) } })
        }
      }
    }
  }

  /// Every weight is one half, or a quarter: what the rules are there to decide.
  @Test func tiesFollowTheRule() throws {
    let half = Grid<Double>(Shape(z: 1, y: 1, x: 8), [1, 2, 2, 0, 0, 0, 3, 1])
    func classes(_ rule: LabelRule, _ grid: Grid<Double>, _ spacing: Spacing) throws -> [UInt8]? {
      try run(ArraySource(grid, .ras, .uint8), .resample(Resampling(spacing: spacing, labelRule: rule))).classes?.values
    }
    let coarse = Spacing(z: 1, y: 1, x: 2)
    #expect(try classes(.threshold, half, coarse) == [2, 2, 0, 3])  // 0.5 is enough, the highest label wins
    #expect(try classes(.argmax, half, coarse) == [1, 0, 0, 1])  // the lower value wins
    let quarter = Grid<Double>(Shape(z: 1, y: 2, x: 4), [1, 2, 3, 1, 3, 0, 2, 2])
    #expect(try classes(.threshold, quarter, Spacing(z: 1, y: 2, x: 2)) == [0, 2])  // none reaches a half: background
    #expect(try classes(.argmax, quarter, Spacing(z: 1, y: 2, x: 2)) == [0, 2])
  }

  /// The image of a mask, halved, is the label of the mask: both are sampled at the same places.
  @Test(arguments: GridRule.allCases)
  func labelLiesOnTheImagesGrid(grid: GridRule) throws {
    let mask = label(Shape(z: 10, y: 12, x: 14), classes: 0...1, seed: 21)
    let resampling = Resampling(
      spacing: Spacing(z: 1.37, y: 0.71, x: 1.13), imageOrder: .linear, shape: .round, grid: grid,
      imageBorder: .nearest)
    for orientation in [Orientation.all[0], Orientation.all[22], Orientation.all[47]] {
      let sample = Sample(
        ArraySource(mask, orientation, .uint8), label: ArraySource(mask, orientation, .uint8))
      let state = try sample.run(.resample(resampling))
      let classes = try #require(state.classes)
      #expect(classes.shape == state.volume.shape && classes.values.contains(1))
      for (weight, value) in zip(state.written().values, classes.values) where abs(weight - 0.5) > 1e-5 {
        #expect((weight > 0.5) == (value == 1))
      }
    }
  }

  @Test func everyOrientationGivesTheSame() throws {
    let raw = label(Shape(z: 9, y: 8, x: 11), seed: 3)
    let resampling = Resampling(spacing: Spacing(z: 2, y: 0.7, x: 1.5))
    let expected = try run(ArraySource(raw, .ras, .uint8), .resample(resampling)).classes
    for orientation in Orientation.all {
      let found = try run(ArraySource(raw, orientation, .uint8), .resample(resampling)).classes
      #expect(found == expected, "\(orientation.codes)")
    }
  }

  @Test(arguments: ScalarType.allCases, [false, true])
  func everyTypeIsRead(scalar: ScalarType, isByteSwapped: Bool) throws {
    let raw = label(Shape(z: 4, y: 5, x: 6), seed: 8)
    let expected = Grid(raw.shape, raw.values.map { UInt8($0) })
    #expect(try run(ArraySource(raw, .ras, scalar, isByteSwapped: isByteSwapped)).classes == expected)
    // Stored as 2 v + 4.
    let scaled = ArraySource(raw, .ras, scalar, isByteSwapped: isByteSwapped, slope: 0.5, intercept: -2)
    #expect(try run(scaled).classes == expected)
  }

  @Test func valuesCloseToAWholeOneAreIt() throws {
    let raw = Grid<Double>(Shape(z: 1, y: 1, x: 4), [0.99999997, 2.0009, -0.0009, 3])
    #expect(try run(ArraySource(raw, .ras, .float64)).classes?.values == [1, 2, 0, 3])
    var sample = Sample(ArraySource(raw), label: ArraySource(Grid(raw.shape, [0.5, 1, 1.9, 2]), .ras, .float64))
    #expect(
      sample.message() == "label values outside the label map, found 0.5 (1 voxel), 1.9 (1 voxel), "
        + "expected only 0, 1, 2, 3; mend the label, or add the values (or `rest`) to `label_map`")
    sample.mapping.rest = 0
    // `rest` is for labels, and these are none.
    sample.label = ArraySource(Grid(raw.shape, [0.5, 1, 1.9, 2]), .ras, .float64)
    sample.channels = [ArraySource(raw)]
    #expect(sample.message()?.contains("found 0.5 (1 voxel), 1.9 (1 voxel)") == true)
    sample.label = ArraySource(Grid(raw.shape, [7, 1, -9, 2]), .ras, .float64)
    sample.channels = [ArraySource(raw)]
    #expect(try sample.run().classes?.values == [0, 1, 0, 2])
  }

  @Test func severalValuesMayBecomeOneClass() throws {
    let raw = Grid<Double>(Shape(z: 1, y: 2, x: 3), [0, 1, 2, 4, -3, 4])
    let mapping = LabelMapping(classes: [0: 0, 1: 1, 2: 1, 4: 2, -3: 255])
    let state = try run(ArraySource(raw, .ras, .int16), mapping: mapping)
    #expect(state.classes?.values == [0, 1, 1, 2, 255, 2])
    #expect(state.rawClassCounts.map { [$0[0], $0[1], $0[2], $0[255]] } == [1, 2, 2, 1])
  }

  /// Also where whole rows hold nothing but one value, and where 0 itself is no background.
  @Test func wholeRowsAreMappedToo() throws {
    let raw = Grid(Shape(z: 3, y: 4, x: 40)) { z, _, _ in Double(z) }
    let mapping = LabelMapping(classes: [0: 2, 1: 0, 2: 1])
    for scalar in [ScalarType.uint8, .int16, .float32] {
      let state = try run(ArraySource(raw, .ras, scalar), mapping: mapping)
      #expect(state.classes == Grid(raw.shape) { z, _, _ in [2, 0, 1][z] })
      #expect(state.rawClassCounts?[..<3] == [160, 160, 160])
    }
  }

  @Test func foreignValuesAreListedWithTheirVoxels() {
    let shape = Shape(z: 2, y: 3, x: 40)
    let raw = Grid(shape) { z, y, x in z == 1 ? Double(4 + x / 20) : y == 0 ? -1 : 0 }
    let image = Grid(shape) { _, _, _ in 0.0 }
    for orientation in [Orientation.all[0], Orientation.all[33]] {
      let sample = Sample(ArraySource(image, orientation), label: ArraySource(raw, orientation, .int16))
      #expect(
        sample.message() == "label values outside the label map, "
          + "found -1 (40 voxels), 4 (60 voxels), 5 (60 voxels), expected only 0, 1, 2, 3; "
          + "mend the label, or add the values (or `rest`) to `label_map`")
    }
    let many = Grid(shape) { z, y, x in Double((z * 3 + y) * 40 + x) }
    let sample = Sample(ArraySource(image), label: ArraySource(many, .ras, .uint8))
    let listed = (4..<12).map { "\($0) (1 voxel)" }.joined(separator: ", ")
    #expect(
      sample.message() == "label values outside the label map, found \(listed), higher values (228 voxels), "
        + "expected only 0, 1, 2, 3; mend the label, or add the values (or `rest`) to `label_map`")
  }

  @Test func notANumberIsNoLabel() {
    let shape = Shape(z: 1, y: 1, x: 3)
    let sample = Sample(
      ArraySource(Grid(shape, [0, 0, 0])), label: ArraySource(Grid(shape, [.nan, 1, .infinity]), .ras, .float32))
    #expect(
      sample.message() == "label values outside the label map, found inf (1 voxel), NaN (1 voxel), "
        + "expected only 0, 1, 2, 3; mend the label, or add the values (or `rest`) to `label_map`")
  }
}
