/// What is trained, and how: the `train` section of a pipeline file.
public struct TrainingRecipe: Sendable, Codable, Equatable {
  /// The set of patches that is trained on; nil for the first one that was drawn at random.
  public var patches: String?
  /// The set of patches that is validated on; nil for the first one that was cut on a grid.
  public var validation: String?
  /// What is to become small.
  public var loss = LossRecipe(.unifiedFocal)
  /// What is trained.
  public var network = NetworkRecipe()
  /// How weights follow from gradients.
  public var optimiser = OptimiserRecipe.adam(learningRate: 1e-3, weightDecay: 0)
  /// How the learning rate falls.
  public var rate = RateRecipe.plateau(RateRecipe.Plateau())
  /// Epochs at most.
  public var epochs = 200
  /// Batches of an epoch; nil for all that the split has.
  public var batchesPerEpoch: Int?
  /// Epochs without a lower validation loss after which it ends; nil for never.
  public var earlyStop: Int?
  /// Epochs between two validations on whole cases; nil for none but at the end.
  public var wholeCasesEvery: Int?
  /// What convolutions compute in.
  public var precision = Precision.auto
  /// Of the first weights.
  public var seed: UInt64 = 1

  /// Of epochs, and of batches in one: far more than anybody waits for, and their product is still a number.
  public static let counts = 1...1_000_000

  /// The same steps, for as long as the standard goes on: of what decides no step, the standard's.
  public var endless: TrainingRecipe {
    let standard = TrainingRecipe()
    var recipe = self
    (recipe.earlyStop, recipe.wholeCasesEvery) = (standard.earlyStop, standard.wholeCasesEvery)
    if case .polynomial = rate { return recipe }
    recipe.epochs = standard.epochs
    return recipe
  }

  /// The paper's training.
  public init() {}

  /// A key that is not there is at its default: an earlier version did not know it.
  public init(from decoder: any Decoder) throws {
    let keys = try decoder.container(keyedBy: CodingKeys.self)
    func read<Value: Decodable>(_ key: CodingKeys, into value: inout Value) throws {
      value = try keys.decodeIfPresent(Value.self, forKey: key) ?? value
    }
    self.init()
    try read(.patches, into: &patches)
    try read(.validation, into: &validation)
    try read(.loss, into: &loss)
    try read(.network, into: &network)
    try read(.optimiser, into: &optimiser)
    try read(.rate, into: &rate)
    try read(.epochs, into: &epochs)
    try read(.batchesPerEpoch, into: &batchesPerEpoch)
    try read(.earlyStop, into: &earlyStop)
    try read(.wholeCasesEvery, into: &wholeCasesEvery)
    try read(.precision, into: &precision)
    try read(.seed, into: &seed)
  }
}
