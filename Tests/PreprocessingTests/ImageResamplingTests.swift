import Preprocessing
import TestSupport
import Testing
import Volumes

struct ImageResamplingTests {
  static let borders = Border.allCases

  /// Lines of one voxel, of less than, exactly and more than 32, and of more than one stretch of the slow axis (96).
  static let shapes = [
    Shape(z: 1, y: 1, x: 1), Shape(z: 1, y: 7, x: 5), Shape(z: 6, y: 1, x: 2), Shape(z: 3, y: 2, x: 1),
    Shape(z: 4, y: 33, x: 32), Shape(z: 31, y: 3, x: 65), Shape(z: 97, y: 4, x: 3), Shape(z: 3, y: 193, x: 2),
    Shape(z: 2, y: 5, x: 300), Shape(z: 250, y: 2, x: 5), Shape(z: 13, y: 17, x: 11),
  ]

  @Test(arguments: InterpolationOrder.allCases, borders)
  func fastEqualsPlain(order: InterpolationOrder, border: Border) throws {
    var generator = SeededGenerator(seed: 10 * order.rawValue + (border == .mirror ? 1 : 0))
    for (number, shape) in Self.shapes.enumerated() {
      for rule in GridRule.allCases {
        let grid = Grid.random(shape, -1000...1000, seed: number)
        let orientation = Orientation.all[Int.random(in: 0..<48, using: &generator)]
        let resampling = Resampling(
          spacing: Spacing { _ in Double.random(in: 0.4...2, using: &generator) }, imageOrder: order, shape: .round,
          grid: rule, imageBorder: border)
        let state = try Sample(ArraySource(grid, orientation, .int16)).run(.resample(resampling))
        let target = resampling.target(shape: shape, spacing: .unit)
        let expected = PlainResampling.image(grid, onto: target, order, border)
        let distance = state.written().distance(to: expected)
        #expect(distance <= 1e-5 * 2000, "\(shape) to \(target.shape), \(orientation.codes), \(rule): \(distance)")
      }
    }
  }

  /// The slow axis ends one plane after a stretch, and no output needs that plane.
  @Test(arguments: [97, 193], Border.allCases)
  func planesBehindTheLastOutputAreForgotten(planes: Int, border: Border) throws {
    let grid = Grid.random(Shape(z: planes, y: 3, x: 4), seed: planes)
    for spacing in [90.0, 150, 45] {
      let resampling = Resampling(spacing: Spacing(z: spacing, y: 1, x: 1), imageBorder: border)
      let target = resampling.target(shape: grid.shape, spacing: .unit)
      let state = try Sample(ArraySource(grid)).run(.resample(resampling))
      let expected = PlainResampling.image(grid, onto: target, .cubic, border)
      #expect(state.written().distance(to: expected) < 1e-5 * 100, "\(target.shape)")
    }
  }

  /// One voxel of exactly the target would have its centre outside: image and label would read different ends.
  @Test func axisShorterThanHalfTheTargetIsOneVoxelOfItsOwn() throws {
    let grid = Grid(Shape(z: 10, y: 2, x: 2)) { z, _, _ in z < 5 ? 100.0 : 200 }
    let label = Grid(grid.shape) { z, _, _ in z < 5 ? 1.0 : 2 }
    let resampling = Resampling(spacing: Spacing(z: 33, y: 1, x: 1), imageOrder: .linear, grid: .spacing)
    let state = try Sample(ArraySource(grid), label: ArraySource(label, .ras, .uint8)).run(.resample(resampling))
    #expect(state.volume.shape.z == 1 && state.volume.affine.spacing.z == 10)
    #expect(state.written().values.allSatisfy { $0 == 150 })
  }

  @Test(arguments: ScalarType.allCases, [false, true])
  func everyTypeIsRead(scalar: ScalarType, isByteSwapped: Bool) throws {
    let isSigned = ![.uint8, .uint16, .uint32, .uint64].contains(scalar)
    let grid = Grid.random(Shape(z: 5, y: 6, x: 37), isSigned ? -100...100 : 0...100, seed: 4)
    let resampling = Resampling(spacing: Spacing(z: 1.3, y: 0.8, x: 1.7))
    let expected = PlainResampling.image(
      grid, onto: resampling.target(shape: grid.shape, spacing: .unit), .cubic, .mirror)
    for orientation in [Orientation.all[0], Orientation.all[45]] {
      let plain = ArraySource(grid, orientation, scalar, isByteSwapped: isByteSwapped)
      #expect(try Sample(plain).run(.resample(resampling)).written().distance(to: expected) < 1e-5 * 200)
      // Whole numbers are stored: values that are multiples of the slope.
      let moved = Grid(grid.shape, grid.values.map { $0 - 1024 })
      let shifted = ArraySource(moved, orientation, scalar, isByteSwapped: isByteSwapped, intercept: -1024)
      #expect(
        try Sample(shifted).run(.resample(resampling)).written()
          .distance(to: Grid(expected.shape, expected.values.map { $0 - 1024 })) < 1e-3)
      let scaled = Grid(grid.shape, grid.values.map { $0 * 2.5 - 300 })
      let source = ArraySource(
        scaled, orientation, scalar, isByteSwapped: isByteSwapped, slope: 2.5, intercept: -300)
      let found = try Sample(source).run(.resample(resampling)).written()
      #expect(found.distance(to: Grid(expected.shape, expected.values.map { $0 * 2.5 - 300 })) < 1e-5 * 500)
    }
  }

  /// The extremes of the integer types, and numbers that need Double on the way.
  @Test func extremesAreRead() throws {
    func read<Value: BitwiseCopyable>(_ values: [Value], _ scalar: ScalarType, slope: Double = 1) throws -> [Double] {
      let bytes = values.withUnsafeBytes { Array($0) }
      let layout = ArrayLayout(extents: [values.count, 1, 1], orientation: .ras, scalar: scalar, slope: slope)
      return try Sample(ArraySource(layout, bytes)).run().written().values
    }
    #expect(try read([UInt8.min, .max], .uint8) == [0, 255])
    #expect(try read([Int8.min, .max], .int8) == [-128, 127])
    #expect(try read([UInt16.min, .max], .uint16) == [0, 65_535])
    #expect(try read([Int16.min, .max], .int16) == [-32_768, 32_767])
    #expect(try read([UInt32.max, 16_777_217], .uint32) == [4_294_967_296, 16_777_216])
    #expect(try read([Int32.min, .max], .int32) == [-2_147_483_648, 2_147_483_648])
    #expect(try read([UInt64.max], .uint64) == [18_446_744_073_709_551_616])
    #expect(try read([Int64.min], .int64) == [-9_223_372_036_854_775_808])
    #expect(try read([1e-3, -2.5], .float64, slope: 1000) == [1, -2500])
    #expect(
      try read([3.4e38, Float.leastNonzeroMagnitude], .float32)
        == [Double(Float(3.4e38)), Double(Float.leastNonzeroMagnitude)])
  }

  @Test func everyOrientationGivesTheSame() throws {
    let grid = Grid.random(Shape(z: 9, y: 34, x: 7), seed: 5)
    let cubic = Resampling(spacing: Spacing(z: 0.7, y: 1.9, x: 1.2))
    let nearest = Resampling(spacing: Spacing(z: 0.7, y: 1.9, x: 1.2), imageOrder: .nearest)
    let first = try Sample(ArraySource(grid)).run(.resample(cubic))
    let firstNearest = try Sample(ArraySource(grid)).run(.resample(nearest)).written()
    for orientation in Orientation.all {
      let source = { ArraySource(grid, orientation, .int16) }
      let state = try Sample(source()).run(.resample(cubic))
      #expect(state.written().distance(to: first.written()) < 1e-5 * 100, "\(orientation.codes)")
      #expect(try Sample(source()).run(.resample(nearest)).written() == firstNearest, "\(orientation.codes)")
      #expect(try Sample(source()).run().written() == grid, "\(orientation.codes)")
      for (found, expected) in zip(state.volume.affine.rows.joined(), first.volume.affine.rows.joined()) {
        #expect(abs(found - expected) < 1e-12, "\(orientation.codes)")
      }
    }
  }

  @Test func ownGridIsTheVoxelsBitForBit() throws {
    var generator = SeededGenerator(seed: 6)
    let shape = Shape(z: 5, y: 33, x: 40)
    let voxels = (0..<shape.count).map { _ in
      let value = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
      return value.isFinite ? value : 0
    }
    let grid = Grid(shape, voxels.map(Double.init))
    for order in InterpolationOrder.allCases {
      let resampling = Resampling(spacing: Spacing(z: 1, y: 1.00009, x: 1), imageOrder: order, imageBorder: .nearest)
      let state = try Sample(ArraySource(grid)).run(.resample(resampling))
      #expect(state.volume.voxels.values.map(\.bitPattern) == voxels.map(\.bitPattern))
    }
  }

  @Test(arguments: InterpolationOrder.allCases, borders)
  func constantStaysConstant(order: InterpolationOrder, border: Border) throws {
    let grid = Grid(Shape(z: 120, y: 7, x: 5)) { _, _, _ in 700.0 }
    let resampling = Resampling(spacing: Spacing(z: 1.7, y: 0.6, x: 2.5), imageOrder: order, imageBorder: border)
    let found = try Sample(ArraySource(grid)).run(.resample(resampling)).written()
    #expect(found.values.allSatisfy { abs($0 - 700) < 7e-4 })
  }

  /// An image whose value is the position along an axis: each sample must be what the new affine says it is.
  @Test(arguments: GridRule.allCases, [0.6, 1.7])
  func samplesLieWhereTheAffineSays(rule: GridRule, target: Double) throws {
    for axis in SpatialAxis.allCases {
      var shape = Shape(z: 3, y: 3, x: 3)
      shape[axis] = 60
      let spacing = Spacing(z: 1.1, y: 0.9, x: 1.3)
      let grid = Grid(shape) { z, y, x in Double(Shape(z: z, y: y, x: x)[axis]) * spacing[axis] }
      for orientation in [Orientation.all[0], Orientation.all[29]] {
        let resampling = Resampling(spacing: Spacing { _ in target }, grid: rule)
        let state = try Sample(ArraySource(grid, orientation), spacing: spacing).run(.resample(resampling))
        let found = state.written()
        let affine = state.volume.affine
        // The middle, where no border is felt.
        for index in (found.shape[axis] / 2 - 3)...(found.shape[axis] / 2 + 3) {
          var place = Shape(z: 0, y: 0, x: 0)
          place[axis] = index
          let position = affine.position(x: Double(place.x), y: Double(place.y), z: Double(place.z))
          #expect(abs(found[place.z, place.y, place.x] - position[axis.rawValue]) < 1e-4)
        }
      }
    }
  }

  @Test(arguments: [2, 3])
  func workersDoNotMatter(jobs: Int) throws {
    let shape = Shape(z: 24, y: 13, x: 110)
    let image = Grid.random(shape, -1000...1000, seed: 7)
    let label = Grid(shape) { z, y, x in z > 9 && y > 4 && x < 90 ? Double(y % 3) : 0 }
    for orientation in [Orientation.all[0], Orientation.all[40], Orientation.all[21]] {
      func run(_ jobs: Int) throws -> CaseState {
        try Sample(
          ArraySource(image, orientation, .int16), ArraySource(image, orientation, .float32),
          label: ArraySource(label, orientation, .uint8)
        ).run(
          .resample(Resampling(spacing: Spacing(z: 1.4, y: 0.9, x: 1.3))), .clip(-500...500), .zscore(.volume),
          jobs: jobs)
      }
      let (one, several) = (try run(1), try run(jobs))
      #expect(one.volume.voxels.bytes.elementsEqual(several.volume.voxels.bytes))
      #expect(one.classes == several.classes)
      #expect(one.pending == several.pending)
      #expect(one.classCounts == several.classCounts)
      #expect(one.records == several.records)
    }
  }

  /// SciPy 1.10.1: `zoom(v, (5/3, 3/4, 4/5), order, mode, grid_mode=True)`, v[i] = 37 i mod 101 in 3x4x5.
  @Test(arguments: SciPyGolden.all)
  func equalsSciPysZoom(golden: SciPyGolden) throws {
    let grid = Grid(Shape(z: 3, y: 4, x: 5), (0..<60).map { Double(37 * $0 % 101) })
    let resampling = Resampling(
      spacing: Spacing(z: 3.0 / 5, y: 4.0 / 3, x: 5.0 / 4), imageOrder: golden.order, imageBorder: golden.border)
    let found = try Sample(ArraySource(grid)).run(.resample(resampling)).written()
    #expect(found.distance(to: Grid(Shape(z: 5, y: 3, x: 4), golden.values)) < 5e-5)
  }
}
