import Recipes
import TestSupport
import Testing

@testable import Training

/// Every loss against plain arithmetic in Double, its gradient against differences, and what the paper says of its limits.
@Suite struct LossTests {
  /// A batch in both forms.
  struct Batch {
    var logits: [[[Double]]]
    var labels: [[Int]]
    var extents: [Int]

    /// Random logits, mostly background, every class there.
    init(samples: Int = 2, classes: Int = 3, extents: [Int], seed: Int) {
      var generator = SeededGenerator(seed: seed)
      let voxels = extents.reduce(1, *)
      logits = (0..<samples).map { _ in
        (0..<classes).map { _ in (0..<voxels).map { _ in Double.random(in: -3...3, using: &generator) } }
      }
      labels = (0..<samples).map { _ in
        (0..<voxels).map { $0 < classes ? $0 : max(0, Int.random(in: -3..<classes, using: &generator)) }
      }
      self.extents = extents
    }

    /// Logits that are sure of a class at each voxel.
    init(sureOf choice: (Int) -> Int, labels: [Int], classes: Int, margin: Double) {
      self.labels = [labels]
      extents = [labels.count, 1]
      logits = [(0..<classes).map { label in labels.map { choice($0) == label ? margin : 0 } }]
    }

    var plain: PlainBatch { PlainBatch(logits: logits, labels: labels) }

    func shape(_ channels: [Int]) -> [Int] { [logits.count] + channels + extents }

    func input(_ type: TensorType = .float64) throws -> LossInput {
      let tensor = try Tensor(logits.flatMap { $0.flatMap { $0 } }, shape: shape([logits[0].count])).to(type)
      return LossInput(
        logits: try tensor.detached().requiringGradient(),
        labels: try Tensor(labels.flatMap { $0.map(Int64.init) }, shape: shape([])))
    }

    func value(_ loss: any Loss) throws -> Double { try loss.value(input()).item() }

    func gradient(_ loss: any Loss, _ type: TensorType = .float64) throws -> [Double] {
      let input = try input(type)
      try loss.value(input).backward()
      return try input.logits.gradient()?.to(.float64).values() ?? []
    }
  }

  static let shapes = [[4, 5], [3, 4, 2], [1, 3, 7], [12, 1]]

  @Test(arguments: LossRecipe.Name.allCases, shapes)
  func equalsPlainArithmetic(name: LossRecipe.Name, extents: [Int]) throws {
    let batch = Batch(extents: extents, seed: extents.count)
    let expected = batch.plain.value(name)
    #expect(abs(try batch.value(try LossRecipe(name).loss()) - expected) < 1e-12 * max(1, abs(expected)))
    // In the type that is trained in.
    let single = try LossRecipe(name).loss().value(batch.input(.float32))
    #expect(single.type == .float32 && single.count == 1)
    #expect(abs(try single.item() - expected) < 1e-5)
  }

  @Test(arguments: LossRecipe.Name.allCases)
  func equalsPlainArithmeticForTwoClasses(name: LossRecipe.Name) throws {
    let batch = Batch(samples: 3, classes: 2, extents: [2, 3, 4], seed: 9)
    #expect(abs(try batch.value(try LossRecipe(name).loss()) - batch.plain.value(name)) < 1e-12)
  }

  @Test(arguments: LossRecipe.Name.allCases)
  func gradientIsTheSlope(name: LossRecipe.Name) throws {
    let batch = Batch(extents: [3, 2, 2], seed: 4)
    let loss = try LossRecipe(name).loss()
    let gradient = try batch.gradient(loss)
    let step = 1e-5
    for sample in 0..<2 {
      for label in 0..<3 {
        for voxel in 0..<12 {
          var (above, below) = (batch, batch)
          above.logits[sample][label][voxel] += step
          below.logits[sample][label][voxel] -= step
          let slope = (try above.value(loss) - below.value(loss)) / (2 * step)
          #expect(abs(gradient[(sample * 3 + label) * 12 + voxel] - slope) < 1e-8)
        }
      }
    }
  }

  /// A spatial axis must never be taken for the classes': turning the space changes nothing.
  @Test(arguments: LossRecipe.Name.allCases)
  func doesNotDependOnWhichAxisIsWhich(name: LossRecipe.Name) throws {
    var batch = Batch(extents: [3, 4, 5], seed: 5)
    let value = try batch.value(try LossRecipe(name).loss())
    batch.extents = [60, 1]
    #expect(abs(try batch.value(try LossRecipe(name).loss()) - value) < 1e-12)
  }

  static let labels = [0, 0, 0, 0, 1, 1, 2, 0]

  @Test(arguments: LossRecipe.Name.allCases)
  func perfectIsLeastAndWorstIsMost(name: LossRecipe.Name) throws {
    let loss = try LossRecipe(name).loss()
    let values = try [{ $0 }, { ($0 + 1) % 3 }].map { choice in
      try [5.0, 20].map { try Batch(sureOf: choice, labels: Self.labels, classes: 3, margin: $0).value(loss) }
    }
    let least = name == .combo ? -0.5 : 0
    #expect(values[0][1] >= least - 1e-6 && values[0][1] < least + 0.01)
    #expect(values[0][0] >= values[0][1] - 1e-9)
    #expect(values[1].allSatisfy { $0 > values[0][0] + 0.1 })
    #expect(values[1][1] >= values[1][0] - 1e-9)
  }

  @Test(arguments: LossRecipe.Name.allCases)
  func fallsAsOverlapRises(name: LossRecipe.Name) throws {
    let loss = try LossRecipe(name).loss()
    let values = try [-4.0, -2, 0, 2, 4].map {
      try Batch(sureOf: { $0 }, labels: Self.labels, classes: 3, margin: $0).value(loss)
    }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 > $1 })
  }

  /// Sure and right, sure and wrong, far beyond what a float's exponential holds, and a class that is nowhere.
  @Test(arguments: LossRecipe.Name.allCases)
  func gradientsAreFiniteEverywhere(name: LossRecipe.Name) throws {
    let loss = try LossRecipe(name).loss()
    for margin in [0, 1e-3, 8, 15, 17, 30, 100, 1e4, -20, -1e4] {
      for labels in [Self.labels, [0, 0, 0, 0, 0, 0, 0, 0], [2, 2, 2, 2, 2, 2, 2, 2]] {
        for choice: (Int) -> Int in [{ $0 }, { ($0 + 1) % 3 }, { _ in 0 }] {
          let batch = Batch(sureOf: choice, labels: labels, classes: 3, margin: margin)
          #expect(try loss.value(batch.input(.float32)).item().isFinite)
          #expect(try batch.gradient(loss, .float32).allSatisfy(\.isFinite))
        }
      }
    }
  }

  /// A voxel that is surely wrong must still be pulled back by the losses over voxels.
  @Test(arguments: [
    LossRecipe.Name.crossEntropy, .focal, .combo, .mixedFocal, .unifiedFocal, .symmetricUnifiedFocal,
  ])
  func hopelessVoxelsKeepAGradient(name: LossRecipe.Name) throws {
    let batch = Batch(sureOf: { ($0 + 1) % 3 }, labels: Self.labels, classes: 3, margin: 60)
    let gradient = try batch.gradient(try LossRecipe(name).loss(), .float32)
    for (voxel, label) in Self.labels.enumerated() { #expect(gradient[label * 8 + voxel] < -1e-3) }
  }

  /// tp = fn = 0, so T is s / ((1 - delta) fp + s): the class costs as much as it is predicted.
  @Test func anAbsentClassCostsWhatIsInventedOfIt() throws {
    let batch = Batch(samples: 1, classes: 2, extents: [2, 2], seed: 1)
    var absent = batch
    absent.labels = [[0, 0, 0, 0]]
    let p = absent.plain.probabilities[0][1].reduce(0, +)
    let other = 1 - (4 - p + 1e-6) / (4 - p + 0.7 * p + 1e-6)
    let expected = other + 1 - 1e-6 / (0.3 * p + 1e-6)
    #expect(abs(try absent.value(Tversky()) - expected) < 1e-12)
  }

  @Test func limitsThatThePaperStates() throws {
    let batch = Batch(extents: [3, 4, 2], seed: 7)
    func same(_ a: any Loss, _ b: any Loss, _ scale: Double = 1) throws -> Bool {
      abs(try batch.value(a) - scale * batch.value(b)) < 1e-12
    }
    #expect(try same(Tversky(delta: 0.5), Dice()))
    #expect(try same(FocalTversky(delta: 0.3, exponent: 1), Tversky(delta: 0.3)))
    #expect(try same(FocalTversky(delta: 0.5, exponent: 1), Dice()))
    #expect(try same(Focal(alpha: 0.25, gamma: 0), CrossEntropy(), 0.25))
    #expect(try same(Combo(alpha: 1, beta: 0.5), CrossEntropy(), 0.5))
    #expect(try same(MixedFocal(lambda: 1), Focal()) && same(MixedFocal(lambda: 0), FocalTversky()))
    // Without focus the two forms are one: Tversky, and cross entropy with the classes' weights.
    for form in UnifiedFocal.Form.allCases {
      #expect(try same(UnifiedFocal(form, lambda: 1, delta: 0.6, gamma: 0), Tversky(delta: 0.6)))
      #expect(try same(UnifiedFocal(form, lambda: 1, delta: 0.5, gamma: 0), Dice()))
      #expect(try same(UnifiedFocal(form, lambda: 0, delta: 0.5, gamma: 0), CrossEntropy(), 0.5))
    }
    #expect(try same(UnifiedFocal(.symmetric, lambda: 1, delta: 0.7, gamma: 0.25), FocalTversky()))
    #expect(try same(UnifiedFocal(.symmetric, lambda: 0, delta: 0.5, gamma: 2), Focal(alpha: 0.5, gamma: 2)))
  }

  /// Sure foreground counts in full, sure background hardly: that is what asymmetric means.
  @Test func asymmetryKeepsTheRareClassUnsuppressed() throws {
    let labels = [0, 1]
    let batch = Batch(sureOf: { $0 }, labels: labels, classes: 2, margin: 4)
    func slope(_ form: UnifiedFocal.Form, voxel: Int) throws -> Double {
      -(try batch.gradient(UnifiedFocal(form, lambda: 0, delta: 0.5, gamma: 2))[voxel * 2 + voxel])
    }
    #expect(try slope(.asymmetric, voxel: 1) > 100 * slope(.symmetric, voxel: 1))
    #expect(try abs(slope(.asymmetric, voxel: 0) - slope(.symmetric, voxel: 0)) < 1e-12)
  }

  @Test func namesAndParameters() throws {
    let unified = try LossRecipe(.unifiedFocal, parameters: ["gamma": 0.2, "lambda": 0.7]).loss()
    let expected = UnifiedFocal(.asymmetric, lambda: 0.7, delta: 0.6, gamma: 0.2)
    let batch = Batch(extents: [3, 4], seed: 8)
    #expect(try batch.value(unified) == batch.value(expected))
    for (name, parameters, message) in [
      (.dice, ["delta": 0.5], "loss: dice has no such parameter, found delta, expected none"),
      (.tversky, ["gamma": 2], "loss: tversky has no such parameter, found gamma, expected delta"),
      (
        .unifiedFocal, ["gamma": 1],
        "loss: unified_focal has no such parameter, found gamma 1.0, expected gamma from 0.0 to 0.999"
      ),
    ] as [(LossRecipe.Name, [String: Double], String)] {
      let found = TemporaryFolder().message { _ = try LossRecipe(name, parameters: parameters).loss() }
      #expect(found == message)
    }
  }

  /// The recipes' values and the losses' own defaults are both the paper's.
  @Test func recipesAreTheLossesDefaults() throws {
    let batch = Batch(extents: [3, 4], seed: 8)
    let defaults: [(LossRecipe.Name, any Loss)] = [
      (.focal, Focal()), (.tversky, Tversky()), (.focalTversky, FocalTversky()), (.cosineTversky, CosineTversky()),
      (.combo, Combo()), (.mixedFocal, MixedFocal()), (.unifiedFocal, UnifiedFocal()),
      (.symmetricUnifiedFocal, UnifiedFocal(.symmetric)),
    ]
    for (name, loss) in defaults { #expect(try batch.value(LossRecipe(name).loss()) == batch.value(loss)) }
  }
}
