import Pipeline
import Recipes
import Testing

@Suite struct TrainSectionTests {
  private static let plain = Sample.patches(
    "{set: a, sampling: random, per_case: 2, shape: {z: 4, y: 5, x: 6}}",
    "{set: b, sampling: grid, shape: {z: 4, y: 5, x: 6}}")

  private static func text(_ section: String) -> String { plain + "\ntrain: \(section)" }

  @Test func setsAreFoundWhereNoneIsNamed() throws {
    let training = try Sample.config(Self.plain).training
    #expect(training.patches == "a" && training.validation == "b")
    #expect(try Sample.config().training.patches == nil)
  }

  /// It leaves windows out in which something might be found that is not there.
  @Test func aGridWithGapsIsNotValidatedOn() throws {
    let gaps = Sample.patches(
      "{set: a, sampling: random, per_case: 2, shape: {z: 4, y: 5, x: 6}}",
      "{set: b, sampling: grid, shape: {z: 4, y: 5, x: 6}, skip_blank: true}")
    #expect(try Sample.config(gaps).training.validation == nil)
    #expect(Sample.message(gaps + "\ntrain: {validation: b}")?.contains("`train.validation` is not known") == true)
  }

  @Test func everyKeyIsRead() throws {
    let config = try Sample.config(
      Self.text(
        "{patches: a, validation: b, loss: {focal: {gamma: 3}}, network: {depth: 2, filters: 8, norm: instance, "
          + "deep_supervision: true}, optimiser: {sgd: {learning_rate: 0.5, momentum: 0.9, weight_decay: 0.25}}, "
          + "plateau: {factor: 0.5, patience: 3, minimum_rate: 0.125}, epochs: 7, batches_per_epoch: 9, early_stop: 4, "
          + "whole_cases_every: 2, precision: bfloat16, seed: 5}"))
    var expected = TrainingRecipe()
    (expected.patches, expected.validation) = ("a", "b")
    expected.loss = LossRecipe(.focal, parameters: ["gamma": 3])
    (expected.network.depth, expected.network.filters, expected.network.norm) = (2, 8, .instance)
    expected.network.hasDeepSupervision = true
    expected.optimiser = .sgd(learningRate: 0.5, momentum: 0.9, weightDecay: 0.25)
    var plateau = RateRecipe.Plateau()
    (plateau.factor, plateau.patience, plateau.minimumRate) = (0.5, 3, 0.125)
    (expected.rate, expected.epochs, expected.batchesPerEpoch, expected.earlyStop) = (.plateau(plateau), 7, 9, 4)
    (expected.wholeCasesEvery, expected.precision, expected.seed) = (2, .bfloat16, 5)
    #expect(config.train == expected)
    #expect(config.train?.loss.value("alpha") == 0.25 && config.train?.loss.value("gamma") == 3)
  }

  @Test func wordsStandForNone() throws {
    let config = try Sample.config(
      Self.text(
        "{loss: dice, optimiser: sgd, plateau: never, batches_per_epoch: all, early_stop: never, "
          + "whole_cases_every: never}"))
    #expect(config.train?.loss == LossRecipe(.dice))
    #expect(config.train?.optimiser == .sgd(learningRate: 0.01, momentum: 0.99, weightDecay: 0))
    #expect(config.train?.rate == .constant && config.train?.batchesPerEpoch == nil)
  }

  @Test func itDecidesTheTrainingAlone() throws {
    let plain = Plan(try Sample.config(Self.plain), sourceFile: "")
    let other = Plan(try Sample.config(Self.text("{epochs: 7}")), sourceFile: "")
    let same = Plan(try Sample.config(Self.text("{epochs: 200}")), sourceFile: "")
    #expect(plain.shardsDigest != nil && plain.shardsDigest == other.shardsDigest)
    #expect(
      plain.trainDigest == other.trainDigest && plain.trainDigest == same.trainDigest, "its length is no part of it")
    let falling = ["{polynomial: {}}", "{polynomial: {}, epochs: 7}", "{loss: dice}"].map { section in
      try? Plan(Sample.config(Self.text(section)), sourceFile: "").trainDigest
    }
    #expect(Set(falling + [plain.trainDigest]).count == 4)
  }

  @Test(arguments: [("{}", 0.9), ("{power: 2}", 2)])
  func theRateCanFallAlongAPolynomial(section: String, power: Double) throws {
    let config = try Sample.config(Self.text("{polynomial: \(section)}"))
    #expect(config.train?.rate == .polynomial(power: power))
    let plan = Plan(config, sourceFile: "")
    #expect(plan.trainDigest != Plan(try Sample.config(Self.text("{epochs: 200}")), sourceFile: "").trainDigest)
    #expect(PlanDescription.text(of: plan).contains("to 0 at the end: (1 - done) to the power of"))
  }

  @Test(arguments: ["plateau: never", "plateau: {patience: 3}", "polynomial: {power: 0.5}", "polynomial: {}"])
  func theRateOfAPlanIsReadBack(section: String) throws {
    try Self.expectReadBack("{\(section)}")
  }

  @Test(arguments: LossRecipe.Name.allCases)
  func aPlanIsReadBack(loss: LossRecipe.Name) throws {
    try Self.expectReadBack("{loss: \(loss.rawValue), plateau: never, batches_per_epoch: 3}")
  }

  private static func expectReadBack(_ section: String) throws {
    let config = try Sample.config(text(section))
    guard case .object(let plan) = Plan(config, sourceFile: "sample.yaml").json, let pipeline = plan["pipeline"] else {
      Issue.record("a plan holds its pipeline")
      return
    }
    #expect(try Sample.config(pipeline.canonicalText).train == config.train)
  }

  @Test func everyChoiceIsInThePlansWords() throws {
    let text = PlanDescription.text(
      of: Plan(try Sample.config(Self.text("{loss: tversky, early_stop: 1}")), sourceFile: ""))
    #expect(
      text.contains(
        "3D U-Net, depth 4, 32 filters doubling at each level, batch norm; a patch's axes must divide by 16"))
    #expect(text.contains("tversky, delta 0.7"))
    #expect(text.contains("Adam, learning rate 0.001, weight decay 0"))
    #expect(text.contains("at most 200, all batches of the split each, fewer after 1 epoch without"))
  }

  @Test(arguments: [
    (
      "{loss: unified}",
      "`train.loss` is not known, found the text \"unified\", expected cross_entropy, focal, dice, tversky, "
        + "focal_tversky, cosine_tversky, combo, mixed_focal, unified_focal or symmetric_unified_focal"
    ),
    ("{loss: {dice: {delta: 1}}}", "unknown key `delta`; accepted: none"),
    (
      "{loss: {tversky: {delta: 2}}}",
      "`train.loss.tversky.delta` is out of range, found 2, expected a number from 0 to 1"
    ),
    ("{validation: a}", "`train.validation` is not known, found the text \"a\", expected b"),
    (
      "{early_stop: soon}",
      "`train.early_stop` is not known, found the text \"soon\", expected never or a number of epochs"
    ),
    (
      "{plateau: never, polynomial: {}}",
      "`train.polynomial` cannot stand beside plateau, found both, expected one of them: both say how the learning rate falls"
    ),
    ("{network: {depth: 0}}", "`train.network.depth` is out of range, found 0, expected a whole number from 1 to 8"),
    (
      "{optimiser: {adam: {momentum: 0.9}}}",
      "unknown key `momentum`; accepted: learning_rate, weight_decay"
    ),
  ])
  func whatIsWrongIsRefused(section: String, message: String) {
    #expect(Sample.message(Self.text(section))?.contains(message) == true)
  }
}
