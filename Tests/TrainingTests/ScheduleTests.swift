import Recipes
import Testing

@testable import Training

@Suite struct ScheduleTests {
  /// The rates that PyTorch 1.13's ReduceLROnPlateau(factor=.1, patience=2, min_lr=1e-3) gave for these losses.
  @Test func theRateFallsWhenPyTorchsDoes() {
    let losses = [1, 0.9, 0.95, 0.9, 0.89995, 0.9, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86]
    let expected = [0.1, 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001, 0.001]
    var plateau = RateRecipe.Plateau()
    (plateau.patience, plateau.minimumRate) = (2, 1e-3)
    var (schedule, rate, rates) = (PlateauSchedule(), 0.1, [Double]())
    for loss in losses {
      rate = schedule.rate(after: loss, rate: rate, plateau)
      rates.append(rate)
    }
    for (found, expected) in zip(rates, expected) { #expect(abs(found - expected) < 1e-12) }
  }

  /// Combo's losses are below 0.
  @Test func aLossBelowZeroThatStandsStillLowersTheRate() {
    var plateau = RateRecipe.Plateau()
    plateau.patience = 1
    var (schedule, rate) = (PlateauSchedule(), 1.0)
    for loss in [-0.4, -0.5, -0.5, -0.49999] { rate = schedule.rate(after: loss, rate: rate, plateau) }
    #expect(rate == 0.1)
    rate = schedule.rate(after: -0.6, rate: rate, plateau)
    #expect(rate == 0.1)
  }

  /// The rates that PyTorch's PolynomialLR(total_iters=4, power=.9) of 2.0 gives: rate * (1 - step / 4) ** .9.
  @Test func theRateFallsToNothingAlongAPolynomial() {
    let rates = (0..<4).map { PolynomialSchedule.rate(first: 0.1, power: 0.9, done: $0, of: 4) }
    for (found, expected) in zip(rates, [0.1, 0.0771890, 0.0535887, 0.0287175]) {
      #expect(abs(found - expected) < 1e-7)
    }
  }
}
