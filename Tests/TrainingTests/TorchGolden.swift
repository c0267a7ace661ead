// Made by Tests/TrainingTests/make-golden with PyTorch 1.13.0a0; not written by hand.

/// What PyTorch computes in short trainings, from the same weights and images.
enum TorchGolden {
  static let trainings: [ShortTraining] = [
    ShortTraining(
      norm: .batch, optimiser: .adam,
      losses: [1.115948, 1.098700, 1.083075, 1.070377],
      logits: 1.040264, parameters: 856.31110),
    ShortTraining(
      norm: .batch, optimiser: .sgd,
      losses: [1.115948, 1.096525, 1.078025, 1.064339],
      logits: 0.981700, parameters: 1520.04624),
    ShortTraining(
      norm: .instance, optimiser: .adam,
      losses: [1.115936, 1.099002, 1.083957, 1.071269],
      logits: 1.050197, parameters: 856.98406),
    ShortTraining(
      norm: .instance, optimiser: .sgd,
      losses: [1.115936, 1.096551, 1.078052, 1.064369],
      logits: 0.975825, parameters: 1520.04908),
    ShortTraining(
      norm: .none, optimiser: .adam,
      losses: [1.092074, 1.065853, 1.067680, 1.056490],
      logits: 0.970220, parameters: 784.28020),
    ShortTraining(
      norm: .none, optimiser: .sgd,
      losses: [1.092074, 1.081527, 1.070746, 1.062057],
      logits: 0.990362, parameters: 1440.64099),
  ]
}
