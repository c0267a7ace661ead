import Augmentation
import Foundation
import Parallelism
import Testing
import Volumes

/// Augmentation has a transform of that name.
private typealias Reflection = Swift.Mirror

struct AugmenterTests {
  private let shape = Shape(z: 6, y: 10, x: 12)

  /// Every transform, with parameters that always change something.
  static let everything: [Transform] = [
    .mirror(Mirror(probability: ZYX(z: 1, y: 0, x: 1))),
    .contrast(Contrast(factor: 1.3...1.6)),
    .brightnessMultiplicative(BrightnessMultiplicative(factor: 1.2...1.4)),
    .brightnessAdditive(BrightnessAdditive(mean: 0.3, deviation: 0.1)),
    .gamma(Gamma(exponent: 1.2...1.5, retainsStatistics: true)),
    .gaussianNoise(GaussianNoise(deviation: 0.02...0.05)),
    .gaussianBlur(GaussianBlur(sigma: 0.5...1, perAxis: true)),
    .simulatedLowResolution(SimulatedLowResolution(zoom: 0.5...0.8)),
    .elastic(Elastic(alpha: 20...40, sigma: 3...4)),
    .rotation(Rotation(degrees: 15)),
    .scale(Scale(factor: 1.05...1.2)),
    .jitter(Jitter()),
  ]

  @Test func identityParametersChangeNothing() throws {
    let identities: [Transform] = [
      .mirror(Mirror(probability: ZYX(z: 0, y: 0, x: 0))), .contrast(Contrast(factor: 1...1)),
      .brightnessMultiplicative(BrightnessMultiplicative(factor: 1...1)),
      .brightnessAdditive(BrightnessAdditive(mean: 0, deviation: 0)), .gamma(Gamma(exponent: 1...1)),
      .gaussianNoise(GaussianNoise(deviation: 0...0)), .gaussianBlur(GaussianBlur(sigma: 0...0)),
      .simulatedLowResolution(SimulatedLowResolution(zoom: 1...1)), .elastic(Elastic(alpha: 0...0)),
      .rotation(Rotation(degrees: 0)), .scale(Scale(factor: 1...1)), .jitter(Jitter()),
    ]
    var patch = TestPatch.scattered(shape, channels: 2)
    patch.values[5] = -0.0
    for transforms in identities.map({ [$0] }) + [identities, []] {
      let result = try patch.augmented(transforms).patch
      #expect(result.values.map(\.bitPattern) == patch.values.map(\.bitPattern), "\(transforms.map(\.name))")
      #expect(result.classes == patch.classes)
    }
  }

  @Test func everyTransformChangesTheImage() throws {
    let patch = TestPatch.scattered(shape)
    for transform in Self.everything where transform.name != .jitter {
      let (result, record) = try patch.augmented([transform])
      #expect(result != patch, "\(transform.name)")
      #expect(record.transforms.map(\.drawn.name) == [transform.name])
      #expect(result.values.allSatisfy { $0.isFinite })
      #expect(transform.name.isSpatial || result.classes == patch.classes)
    }
    #expect(Set(Self.everything.map(\.name)) == Set(Transform.Name.allCases))
  }

  @Test func mirrorTwiceIsIdentity() throws {
    let patch = TestPatch.scattered(shape, channels: 2)
    let once = try patch.augmented([.mirror(Mirror(probability: ZYX(z: 1, y: 1, x: 0)))]).patch
    #expect(once.values[0] == patch.values[(5 * 10 + 9) * 12])
    let both = try once.augmented([.mirror(Mirror(probability: ZYX(z: 1, y: 1, x: 0)))]).patch
    #expect(both == patch)
  }

  @Test func recordsReplayToTheBit() throws {
    let margin = Shape(z: 1, y: 2, x: 2)
    let patch = TestPatch.scattered(shape, channels: 2)
    let key = SampleKey(seed: 9, caseIdentifier: "case_00007", patch: 3, epoch: 2, occurrence: 1)
    let (result, record) = try patch.augmented(Self.everything, margin: margin, key: key)
    let text = try JSONEncoder().encode(record)
    let read = try JSONDecoder().decode(AugmentationRecord.self, from: text)
    #expect(read == record)
    let inner = Shape { shape[$0] - 2 * margin[$0] }
    let augmenter = try Augmenter(transforms: Self.everything, patchShape: inner, margin: margin)
    #expect(try patch.replayed(read, by: augmenter).values.map(\.bitPattern) == result.values.map(\.bitPattern))
    #expect(try patch.replayed(read, by: augmenter).classes == result.classes)
  }

  @Test func keysDecide() throws {
    let patch = TestPatch.scattered(shape)
    let base = SampleKey(seed: 1, caseIdentifier: "a", patch: 0, epoch: 0, occurrence: 0)
    var keys = [base, base, base, base, base, base]
    keys[1].seed = 2
    keys[2].caseIdentifier = "b"
    keys[3].patch = 1
    keys[4].epoch = 1
    keys[5].occurrence = 1
    let results = try keys.map { try patch.augmented(Self.everything, key: $0).patch.values }
    for first in keys.indices { for second in 0..<first { #expect(results[first] != results[second]) } }
    #expect(try patch.augmented(Self.everything, key: base).patch.values == results[0])
  }

  /// Adding or removing a transform leaves the draws of the others as they were; a second one of a kind has its own.
  @Test func transformsDrawForThemselves() throws {
    let gamma = Transform.gamma(Gamma(exponent: 0.7...1.5))
    let noise = Transform.gaussianNoise(GaussianNoise(deviation: 0...0.1))
    func drawn(_ transforms: [Transform]) throws -> [DrawnTransform] {
      try Augmenter(transforms: transforms, patchShape: shape).draw(SampleKey(seed: 4), channels: 1).transforms.map(
        \.drawn)
    }
    let alone = try drawn([gamma])
    let beside = try drawn([noise, gamma])
    #expect(beside.last == alone.first)
    let twice = try drawn([gamma, gamma])
    #expect(twice.count == 2 && twice[0] == alone[0] && twice[1] != alone[0])
  }

  @Test func threadsAndWorkspacesLeaveTheBytesAlone() throws {
    let workers = [1, 2, 3].map { Workers(count: $0) }
    defer { for worker in workers { worker.stop() } }
    let patch = TestPatch.scattered(shape, channels: 2)
    let augmenter = try Augmenter(transforms: Self.everything, patchShape: shape)
    let keys = (0..<7).map { SampleKey(seed: 5, patch: UInt32($0)) }
    let alone = try keys.map { try patch.augmented(by: augmenter, key: $0) }
    let source = Buffer<Float>(count: patch.values.count), classes = Buffer<UInt8>(count: shape.count)
    for (place, value) in patch.values.enumerated() { source[place] = value }
    for (place, value) in patch.classes.enumerated() { classes[place] = value }
    let pads = Buffer<Float>(count: 2)
    (pads[0], pads[1]) = (-2, -2)
    for worker in workers {
      let images = keys.map { _ in Buffer<Float>(count: source.count) }
      let labels = keys.map { _ in Buffer<UInt8>(count: shape.count) }
      let batch = keys.indices.map { index in
        BatchSample(
          source: PatchSource(
            image: .float32(UnsafePointer(source.base)), label: UnsafePointer(classes.base), channels: 2, shape: shape,
            padValues: UnsafePointer(pads.base)),
          target: PatchTarget(image: images[index].base, label: labels[index].base), key: keys[index])
      }
      let records = try augmenter.apply(batch, on: worker, workspaces: ScratchPool())
      #expect(records == alone.map(\.record))
      for index in keys.indices {
        #expect(Array(images[index].values) == alone[index].patch.values)
        #expect(Array(labels[index].values) == alone[index].patch.classes)
      }
    }
  }

  /// After the first samples, which draw one thing or another, no memory is made any more.
  @Test func workspacesStopGrowing() throws {
    let workspace = AugmentationWorkspace()
    let patch = TestPatch.scattered(shape, channels: 2)
    func run(_ seeds: Range<UInt64>) throws {
      for seed in seeds {
        _ = try patch.augmented(
          Self.everything, margin: Shape(z: 1, y: 2, x: 2), key: SampleKey(seed: seed), workspace: workspace)
      }
    }
    try run(0..<20)
    let before = Self.growths(of: workspace)
    #expect(before > 5)
    try run(20..<60)
    #expect(Self.growths(of: workspace) == before)
  }

  /// How often any workspace in there made memory.
  private static func growths(of value: Any) -> Int {
    Reflection(reflecting: value).children.reduce(0) { sum, child in
      sum + (child.label == "growths" ? child.value as? Int ?? 0 : growths(of: child.value))
    }
  }

  /// In place, whatever comes first and last: the same as from one place to another.
  @Test(arguments: [
    [Transform.gamma(Gamma(exponent: 1.5...1.5))], [.rotation(Rotation(degrees: 15))],
    [.rotation(Rotation(degrees: 15)), .contrast(Contrast(factor: 2...2))],
    [.contrast(Contrast(factor: 2...2)), .rotation(Rotation(degrees: 15))], [], [.mirror(Mirror())], everything,
  ])
  func inPlaceIsTheSame(transforms: [Transform]) throws {
    let patch = TestPatch.scattered(shape, channels: 2)
    let augmenter = try Augmenter(transforms: transforms, patchShape: shape)
    let (expected, record) = try patch.augmented(by: augmenter, key: SampleKey(seed: 8))
    var own = patch
    try own.values.withUnsafeMutableBufferPointer { values in
      try own.classes.withUnsafeMutableBufferPointer { classes in
        try [Float](repeating: -2, count: 2).withUnsafeBufferPointer { pads in
          guard let image = values.baseAddress, let label = classes.baseAddress, let pads = pads.baseAddress else {
            return
          }
          try augmenter.replay(
            record,
            PatchSource(
              image: .float32(UnsafePointer(image)), label: UnsafePointer(label), channels: 2, shape: shape,
              padValues: pads),
            to: PatchTarget(image: image, label: label), workspace: AugmentationWorkspace())
        }
      }
    }
    #expect(own.values.map(\.bitPattern) == expected.values.map(\.bitPattern))
    #expect(own.classes == expected.classes)
  }

  /// Half precision in place is single precision from the same halves, rounded once.
  @Test func halvesAreWidenedAndRoundedOnce() throws {
    var patch = TestPatch.scattered(shape)
    var halves = patch.values.map { Float16($0) }
    patch.values = halves.map { Float($0) }
    let augmenter = try Augmenter(transforms: Self.everything, patchShape: shape)
    let (expected, record) = try patch.augmented(by: augmenter, key: SampleKey(seed: 8))
    var classes = patch.classes
    let workspace = AugmentationWorkspace()
    var pad: Float = -2
    let own = try halves.withUnsafeMutableBufferPointer { values in
      try classes.withUnsafeMutableBufferPointer { classes in
        try values.baseAddress.map {
          try augmenter.apply(
            inPlace: $0, label: classes.baseAddress, channels: 1, padValues: &pad, key: SampleKey(seed: 8),
            workspace: workspace)
        }
      }
    }
    #expect(own == record)
    #expect(halves == expected.values.map { Float16($0) })
    #expect(classes == expected.classes)
    let brighter = try Augmenter(
      transforms: [.brightnessMultiplicative(BrightnessMultiplicative(factor: 1000...1000))], patchShape: shape)
    halves = halves.map { $0 * 40 }
    let error = #expect(throws: AugmentationError.self) {
      try halves.withUnsafeMutableBufferPointer { values in
        guard let base = values.baseAddress else { return }
        try brighter.apply(
          inPlace: base, label: nil, channels: 1, padValues: &pad, key: SampleKey(seed: 8), workspace: workspace)
      }
    }
    #expect(error?.description.contains("too large for float16") == true)
  }

  @Test func jitterIsReportedAsTheOrigin() throws {
    let margin = Shape(z: 1, y: 3, x: 2)
    var patch = TestPatch.scattered(shape)
    patch.values = (0..<shape.count).map { Float($0) }
    var shifts: Set<[Int]> = []
    for seed in 0..<200 {
      let (result, record) = try patch.augmented(
        [.jitter(Jitter())], margin: margin, key: SampleKey(seed: UInt64(seed)))
      let origin = ZYX { margin[$0] + record.originShift[$0] }
      #expect(result.values[0] == Float((origin.z * shape.y + origin.y) * shape.x + origin.x))
      shifts.insert([record.originShift.z, record.originShift.y, record.originShift.x])
    }
    // 3 * 7 * 5 places, each likely; the outermost are drawn too.
    #expect(shifts.contains { $0[1] == 3 } && shifts.contains { $0[1] == -3 })
    #expect(shifts.count > 70 && shifts.allSatisfy { abs($0[0]) <= 1 && abs($0[1]) <= 3 && abs($0[2]) <= 2 })
  }

  /// A single slice stays in its plane: no turn but in it, nothing along z.
  @Test func slicesStayInTheirPlane() throws {
    let patch = TestPatch.scattered(Shape(z: 1, y: 20, x: 24))
    for seed in 0..<20 {
      let (result, record) = try patch.augmented(Self.everything, key: SampleKey(seed: UInt64(seed)))
      #expect(result.values.allSatisfy { $0.isFinite })
      for entry in record.transforms {
        switch entry.drawn {
        case .rotation(let it): #expect(it.degrees.y == 0 && it.degrees.x == 0)
        case .scale(let it): #expect(it.factor.z == 1)
        case .mirror(let it): #expect(!it.axes.z)
        case .gaussianBlur(let it): #expect(it.sigma.allSatisfy { $0?.z == 0 })
        case .simulatedLowResolution(let it): #expect(it.zoom.allSatisfy { $0?.z == 1 })
        default: break
        }
      }
    }
  }

  @Test func mistakesAreRefused() throws {
    func message(_ transform: Transform) -> String {
      do {
        _ = try Augmenter(transforms: [transform], patchShape: shape)
        return "nothing"
      } catch { return "\(error)" }
    }
    #expect(
      message(.contrast(Contrast(factor: 0...2)))
        == "contrast: factor is out of range, found 0.0 to 2.0, expected 0.001 to 1000.0")
    #expect(message(.gamma(Gamma(chances: Chances(sample: 1.5)))).contains("probability"))
    #expect(message(.elastic(Elastic(sigma: 0.5...9))).contains("sigma"))
    #expect(message(.simulatedLowResolution(SimulatedLowResolution(zoom: 0.5...1.5))).contains("zoom"))
    #expect(throws: AugmentationError.self) {
      try Augmenter(preset: .none, patchShape: Shape(z: 0, y: 1, x: 1))
    }
    let augmenter = try Augmenter(preset: .none, patchShape: shape, margin: Shape(z: 1, y: 1, x: 1))
    #expect(throws: AugmentationError.sourceShape(found: shape, expected: Shape(z: 8, y: 12, x: 14))) {
      try TestPatch.scattered(shape).augmented(by: augmenter, key: SampleKey(seed: 1))
    }
    let other = try Augmenter(transforms: [.gamma(Gamma())], patchShape: shape).draw(SampleKey(seed: 1), channels: 1)
    #expect(throws: AugmentationError.self) {
      try TestPatch.scattered(shape, channels: 2).replayed(
        other, by: Augmenter(transforms: [.gamma(Gamma())], patchShape: shape))
    }
    #expect(throws: AugmentationError.self) {
      try TestPatch.scattered(shape).replayed(other, by: Augmenter(transforms: [], patchShape: shape))
    }
  }
}
