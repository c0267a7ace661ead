import Augmentation
import TestSupport
import Testing
import Volumes

struct SpatialSamplerTests {
  static let samplings = SpatialSampling.Order.allCases.flatMap { order in
    SpatialSampling.Border.allCases.flatMap { border in
      SpatialSampling.LabelRule.allCases.map { SpatialSampling(imageOrder: order, labelRule: $0, border: border) }
    }
  }

  static func degrees(_ z: Double, _ y: Double, _ x: Double) -> ZYX<Double> { ZYX(z: z, y: y, x: x) }

  /// batchgenerators' coordinates and SciPy's values; see `SciPyGolden`.
  @Test(arguments: SciPyGolden.all)
  func equalsSciPyOnBatchgeneratorsCoordinates(golden: SciPyGolden) {
    let shape = Shape(z: 6, y: 7, x: 8)
    let values = (0..<shape.count).map { Float(37 * $0 % 101) }
    var map = SpatialMap.identity(output: Shape(z: 4, y: 4, x: 5), source: shape)
    #expect(map.centre.z == 2.5 && map.centre.y == 2.5 && map.centre.x == 3)
    map.shift(by: ZYX(z: 0, y: 0.5, x: 0.5))  // batchgenerators lays centre on centre, half voxels or not
    map.rotate(degrees: Self.degrees(25, -40, 15))
    map.scale(by: ZYX { _ in 1.5 })
    let label = (0..<shape.count).map { UInt8($0 / 11 % 3) }
    let sampling = SpatialSampling(imageOrder: golden.order, border: golden.border)
    let found = Patch(shape, image: values, label: label).sampled(map, sampling)
    #expect(found.distance(to: golden.values) < 1e-5 * 101, "\(golden.order) \(golden.border)")
    guard golden.border == .constant else { return }
    #expect(found.label == SciPyGolden.label)
    let noisy = (0..<shape.count).map { UInt8($0 * $0 / 7 % 3) }
    let argmax = SpatialSampling(imageOrder: golden.order, labelRule: .argmax)
    #expect(Patch(shape, image: values, label: noisy).sampled(map, argmax).label == SciPyGolden.argmax)
  }

  @Test(arguments: SciPyGolden.slice.keys)
  func sliceEqualsSciPyOnBatchgeneratorsCoordinates(order: SpatialSampling.Order) throws {
    let shape = Shape(z: 1, y: 7, x: 8)
    var map = SpatialMap.identity(output: Shape(z: 1, y: 4, x: 5), source: shape)
    map.shift(by: ZYX(z: 0, y: 0.5, x: 0.5))
    map.rotate(degrees: Self.degrees(25, -40, 15))  // of which only the first is there
    map.scale(by: ZYX { _ in 1.3 })
    let found = Patch(shape, image: (0..<56).map { Float(37 * $0 % 101) })
      .sampled(map, SpatialSampling(imageOrder: order))
    #expect(found.distance(to: try #require(SciPyGolden.slice[order])) < 1e-5 * 101)
  }

  static let shapes = [
    (source: Shape(z: 7, y: 9, x: 30), output: Shape(z: 4, y: 4, x: 35)),
    (source: Shape(z: 24, y: 5, x: 18), output: Shape(z: 5, y: 5, x: 16)),
    (source: Shape(z: 6, y: 7, x: 3), output: Shape(z: 3, y: 3, x: 33)),
    (source: Shape(z: 1, y: 22, x: 31), output: Shape(z: 1, y: 10, x: 37)),
    (source: Shape(z: 2, y: 1, x: 9), output: Shape(z: 3, y: 4, x: 10)),
    (source: Shape(z: 5, y: 4, x: 1), output: Shape(z: 3, y: 4, x: 5)),
    // Rows longer than the kernel's stretches of 256.
    (source: Shape(z: 1, y: 40, x: 300), output: Shape(z: 1, y: 4, x: 275)),
  ]

  /// Every order, rule and border, with and without elastic, over patches that reach beyond and do not.
  @Test(arguments: samplings)
  func fastEqualsPlain(sampling: SpatialSampling) {
    var generator = SeededGenerator(seed: 3)
    let sampler = SpatialSampler()
    for (number, shape) in Self.shapes.enumerated() {
      for hasElastic in [false, true] {
        let patch = Patch.random(shape.source, channels: 1 + number % 3, seed: number)
        var map = SpatialMap.identity(output: shape.output, source: shape.source)
        map.rotate(degrees: ZYX { _ in Double.random(in: -40...40, using: &generator) })
        map.scale(by: ZYX { _ in Double.random(in: 0.7...1.4, using: &generator) })
        map.mirror(ZYX { $0 == .y })
        map.shift(by: ZYX { $0 == .z && shape.source.z == 1 ? 0 : Double.random(in: -1...1, using: &generator) })
        if hasElastic { map.elastic = ElasticField(alpha: 60, sigma: 4, seed: SIMD2(UInt64(number), 1)) }
        let found = patch.sampled(map, sampling, sampler: sampler)
        compare(found, with: patch, map, sampling)
      }
    }
  }

  private func compare(_ found: Patch, with patch: Patch, _ map: SpatialMap, _ sampling: SpatialSampling) {
    let plain = PlainSampling(patch, sampling)
    let field = map.elastic.map { PlainField($0, over: map.output) }
    let count = map.output.count
    var (worst, wrongLabels) = (0.0, 0)
    for (number, index) in PlainSampling.indices(map.output).enumerated() {
      let moved = field?.displacement(at: index) ?? ZYX { _ in 0 }
      let place = map.source(of: ZYX { Double(index[$0]) + moved[$0] })
      // On the border and half-way between voxels the last bit decides.
      let isClear = SpatialAxis.allCases.allSatisfy { axis in
        if axis == .z && patch.shape.z == 1 { return true }
        return abs(place[axis] * 2 - (place[axis] * 2).rounded()) > 1e-4
      }
      guard isClear else { continue }
      let expected = plain(place, padValue: -7)
      for channel in 0..<patch.channels {
        let distance = abs(Double(found.image[channel * count + number]) - expected.image[channel])
        worst = distance <= worst ? worst : distance
      }
      wrongLabels += found.label[number] == expected.label ? 0 : 1
    }
    let what = "\(patch.shape) to \(map.output), \(sampling), elastic \(map.elastic != nil)"
    #expect(worst < 2e-5, "\(what): \(worst)")
    #expect(wrongLabels == 0, "\(what)")
  }

  @Test(arguments: samplings)
  func identityChangesNoBit(sampling: SpatialSampling) {
    for shape in Self.shapes.map(\.source) {
      let patch = Patch.random(shape, channels: 2, seed: 5)
      #expect(patch.sampled(.identity(output: shape, source: shape), sampling) == patch)
    }
  }

  /// Crops, jitters and mirrors with a border all around.
  @Test(arguments: samplings)
  func wholeMovesCopyVoxels(sampling: SpatialSampling) {
    let patch = Patch.random(Shape(z: 3, y: 4, x: 20), channels: 2, seed: 6)
    let plain = PlainSampling(patch, sampling.nearest)
    for axes in 0..<8 {
      for output in [Shape(z: 2, y: 3, x: 7), Shape(z: 6, y: 8, x: 40), patch.shape] {
        var map = SpatialMap.identity(output: output, source: patch.shape)
        map.mirror(ZYX { axes >> $0.rawValue & 1 == 1 })
        map.shift(by: ZYX(z: 1, y: -2, x: 5))
        let found = patch.sampled(map, sampling)
        var wrong = 0
        for (number, index) in PlainSampling.indices(output).enumerated() {
          let expected = plain(map.source(of: ZYX { Double(index[$0]) }), padValue: -7)
          wrong += found.label[number] == expected.label ? 0 : 1
          for channel in 0..<2 {
            wrong += Double(found.image[channel * output.count + number]) == expected.image[channel] ? 0 : 1
          }
        }
        #expect(wrong == 0, "\(axes) \(output)")
      }
    }
  }

  @Test func mirroredTwiceIsItself() {
    let patch = Patch.random(Shape(z: 4, y: 5, x: 6), channels: 2, seed: 7)
    for axes in 1..<8 {
      var map = SpatialMap.identity(output: patch.shape, source: patch.shape)
      map.mirror(ZYX { axes >> $0.rawValue & 1 == 1 })
      let once = patch.sampled(map)
      #expect(once != patch && once.sampled(map) == patch)
      map.mirror(ZYX { axes >> $0.rawValue & 1 == 1 })
      #expect(patch.sampled(map) == patch)
    }
  }

  /// A quarter turn about each axis, on a phantom that no turn or mirror maps onto itself: sampling is exact, and a voxel
  /// goes where batchgenerators' matrices send it.
  @Test func quarterTurnsMoveVoxelsTheRightWay() {
    let shape = Shape(z: 5, y: 5, x: 5)
    let patch = Patch(shape, image: (0..<125).map { Float($0) }, label: (0..<125).map { UInt8($0) })
    for sampling in [SpatialSampling(), SpatialSampling(labelRule: .argmax), SpatialSampling(imageOrder: .nearest)] {
      var about = ZYX { _ in SpatialMap.identity(output: shape, source: shape) }
      about.z.rotate(degrees: Self.degrees(90, 0, 0))
      about.y.rotate(degrees: Self.degrees(0, 90, 0))
      about.x.rotate(degrees: Self.degrees(0, 0, 90))
      let found = about.map { patch.sampled($0, sampling) }
      for index in PlainSampling.indices(shape) {
        let (z, y, x) = (index.z, index.y, index.x)
        let at = PlainSampling.at(index, shape)
        // Row vectors times [[0, -1], [1, 0]] in (y, x): (y, x) -> (x, -y); about y it is (z, x) -> (-x, z).
        #expect(found.z.image[at] == Float(PlainSampling.at(Shape(z: z, y: x, x: 4 - y), shape)))
        #expect(found.y.image[at] == Float(PlainSampling.at(Shape(z: 4 - x, y: y, x: z), shape)))
        #expect(found.x.image[at] == Float(PlainSampling.at(Shape(z: y, y: 4 - z, x: x), shape)))
        #expect(Float(found.y.label[at]) == found.y.image[at])
      }
    }
  }

  /// Channels that are the label itself: with the nearest voxel they stay together through anything.
  @Test func channelsAndLabelShareTheMap() {
    let shape = Shape(z: 20, y: 30, x: 40)
    let label = (0..<shape.count).map { UInt8($0 * 7919 % 251) }
    let image = label.map(Float.init)
    var map = SpatialMap.identity(output: Shape(z: 16, y: 24, x: 33), source: shape)
    map.rotate(degrees: Self.degrees(13, -11, 7))
    map.scale(by: ZYX(z: 0.9, y: 1.1, x: 1.2))
    map.elastic = ElasticField(alpha: 200, sigma: 6, seed: SIMD2(8, 9))
    let found = Patch(shape, image: image + image + image, label: label)
      .sampled(map, SpatialSampling(imageOrder: .nearest), padValue: 0)
    let count = map.output.count
    for index in 0..<count where found.image[index] != 0 {
      #expect(found.image[index] == Float(found.label[index]))
      #expect(found.image[count + index] == found.image[index] && found.image[2 * count + index] == found.image[index])
    }
    #expect(found.image.filter { $0 > 0 }.count > count)
  }

  @Test(arguments: SpatialSampling.LabelRule.allCases, SpatialSampling.Border.allCases)
  func labelsGainNoValue(rule: SpatialSampling.LabelRule, border: SpatialSampling.Border) {
    var patch = Patch.random(Shape(z: 12, y: 13, x: 34), seed: 10)
    patch.label = patch.label.map { [0, 3, 7, 200, 255][Int($0)] }
    for seed in 0..<20 {
      var map = SpatialMap.identity(output: patch.shape, source: patch.shape)
      map.rotate(degrees: Self.degrees(Double(seed), 10, -Double(seed)))
      map.elastic = ElasticField(alpha: 100, sigma: 5, seed: SIMD2(UInt64(seed), 0))
      let found = patch.sampled(map, SpatialSampling(labelRule: rule, border: border))
      #expect(Set(found.label).isSubset(of: [0, 3, 7, 200, 255]))
    }
  }

  /// Halves are widened, and then they are floats.
  @Test(arguments: SpatialSampling.Order.allCases)
  func halvesGiveWhatTheirFloatsGive(order: SpatialSampling.Order) {
    var patch = Patch.random(Shape(z: 8, y: 9, x: 20), channels: 3, seed: 13)
    let halves = patch.image.map { Float16(1000 * $0) }
    patch.image = halves.map(Float.init)
    var map = SpatialMap.identity(output: Shape(z: 6, y: 7, x: 18), source: patch.shape)
    for degrees in [0.0, 10] {
      map.rotate(degrees: Self.degrees(degrees, degrees, 0))
      let sampling = SpatialSampling(imageOrder: order)
      #expect(patch.sampled(map, sampling, halves: halves) == patch.sampled(map, sampling))
    }
  }

  /// The same map through a sampler that has seen other patches.
  @Test func usedSamplersGiveTheSameBits() {
    let sampler = SpatialSampler()
    let patch = Patch.random(Shape(z: 18, y: 20, x: 37), seed: 11)
    var map = SpatialMap.identity(output: Shape(z: 10, y: 12, x: 21), source: patch.shape)
    map.rotate(degrees: Self.degrees(5, 6, 7))
    map.elastic = ElasticField(alpha: 100, sigma: 5, seed: SIMD2(1, 2))
    let cubic = SpatialSampling(imageOrder: .cubic)
    let first = patch.sampled(map, cubic, sampler: sampler)
    _ = Patch.random(Shape(z: 30, y: 31, x: 32), seed: 12)
      .sampled(.identity(output: Shape(z: 30, y: 31, x: 32), source: Shape(z: 30, y: 31, x: 32)), sampler: sampler)
    var other = map
    other.elastic?.seed = SIMD2(3, 4)
    #expect(patch.sampled(other, cubic, sampler: sampler) != first)
    #expect(patch.sampled(map, cubic, sampler: sampler) == first)
  }
}

extension SpatialSampling {
  var nearest: SpatialSampling { SpatialSampling(imageOrder: .nearest, labelRule: .nearest, border: border) }
}
