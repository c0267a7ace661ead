import Dispatch
import Evaluation
import Files
import Prepared
import Recipes
import Shards
import Streaming

/// A training, from the first epoch or from where an earlier run was, to the last.
///
/// On the CPU the same shards, recipe and threads of the computation give the same checkpoints, whatever the stream's
/// threads are and however often it was stopped.
public final class TrainingRun {
  /// The network; after `run` that of the last step.
  public let network: UNet3D
  private let input: TrainingInput
  private let recipe: TrainingRecipe
  private let loss: any Loss
  private let optimiser: any Optimiser
  private let stream: ShardStream
  private let folder: RunFolder
  private let saveSeconds: Double
  private let observer: any TrainingObserver
  private let batchesPerEpoch: Int
  /// Whether convolutions compute in bfloat16 while it learns.
  private let isHalf: Bool
  private var head: Checkpoint.Head
  /// What is known of it so far.
  public var state: State { State(head: head, parameters: network.parameterCount) }
  /// After `run`, the best network's scores on the whole cases of the validation; nil without one.
  public private(set) var scores: ScoreTable?
  private var epochs: [EpochReport]
  private var saved = DispatchTime.now()

  private var progress: TrainingProgress {
    get { head.progress }
    set { head.progress = newValue }
  }

  /// What a training is, beside its recipe and input.
  public struct Identity: Sendable {
    /// The network.
    public var network: NetworkDescription
    /// Names by class number.
    public var classes: [String]
    /// Names by channel number.
    public var channels: [String]
    /// The digest of what decides the prepared cases.
    public var ingestDigest: String
    /// What it is trained on.
    public var trained: TrainedCases
    /// The digest of what decides the patches.
    public var shardsDigest: String
    /// The digest of what decides the training.
    public var trainDigest: String

    /// A network for shards of these classes and channels.
    public init(
      network: NetworkDescription, classes: [String], channels: [String], ingestDigest: String, trained: TrainedCases,
      shardsDigest: String, trainDigest: String
    ) {
      self.network = network
      self.classes = classes
      self.channels = channels
      self.ingestDigest = ingestDigest
      self.trained = trained
      self.shardsDigest = shardsDigest
      self.trainDigest = trainDigest
    }
  }

  /// What is known of a training.
  public struct State: Sendable {
    /// As its checkpoint says it.
    public var head: Checkpoint.Head
    /// Numbers that are learned.
    public var parameters: Int
  }

  /// Makes the network, or reads it from the folder's last checkpoint, and opens the stream.
  /// - Parameter saveSeconds: between two checkpoints within an epoch.
  /// - Throws: `TrainingError`, `StreamError`, `FileError`, and what opening a stream throws.
  public init(
    _ identity: Identity, on input: TrainingInput, recipe: TrainingRecipe, in folder: RunFolder,
    device: Device = .cpu, resuming isResuming: Bool = false, saveSeconds: Double = 600,
    observer: any TrainingObserver
  ) throws {
    guard Folder.isFile(folder.last) == isResuming else {
      throw isResuming ? TrainingError.noRun(path: folder.path) : .runThere(path: folder.path)
    }
    let loss = try recipe.loss.loss()
    isHalf =
      recipe.precision == .bfloat16 || recipe.precision == .auto && device == .cuda && Torch.hasBFloat16(on: device)
    if isHalf, !Torch.hasBFloat16(on: device) { throw TrainingError.noBFloat16(device: device) }
    // What cannot be validated on is told before the first epoch, not after it.
    let validation = try input.validating()
    validation?.cancel()
    let earlier = isResuming ? try Checkpoint(path: folder.last) : nil
    // Before the stream, which would name the same differences as its own.
    try earlier?.check(identity, recipe, fold: input.fold)
    let stream = try input.training(resuming: earlier?.head.progress.stream)
    try identity.network.check(patch: stream.shape.patch, batch: input.batch)
    if let validation { try identity.network.check(patch: validation.shape.patch) }
    let need = MemoryNeed(identity.network, patch: stream.shape.patch, batch: input.batch, isHalf: isHalf)
    if device == .cpu, need.bytes > Memory.availableBytes {
      throw TrainingError.doesNotFit(need, available: Memory.availableBytes)
    }
    network = try UNet3D(identity.network, seed: recipe.seed, device: device)
    optimiser = try recipe.optimiser.optimiser(of: network.parameters)
    head = Checkpoint.Head(
      network: identity.network, classes: identity.classes, channels: identity.channels,
      patch: stream.shape.patch.array, ingestDigest: identity.ingestDigest, trained: identity.trained,
      shardsDigest: identity.shardsDigest, trainDigest: identity.trainDigest, fold: input.fold, recipe: recipe,
      progress: TrainingProgress(learningRate: optimiser.learningRate, stream: try stream.state))
    if let earlier {
      try earlier.hold("the digest of the training", earlier.head.trainDigest, identity.trainDigest)
      try earlier.fill(network)
      try earlier.fill(optimiser)
      head.progress = earlier.head.progress
      head.progress.isStopped = Self.isEnough(head.progress, recipe)
    }
    epochs = try folder.epochs(head.progress.epochs)
    batchesPerEpoch = recipe.batchesPerEpoch ?? stream.batchesPerEpoch
    (self.input, self.recipe, self.loss, self.stream, self.folder) = (input, recipe, loss, stream, folder)
    (self.saveSeconds, self.observer) = (saveSeconds, observer)
  }

  /// Trains to the end; returns all epochs, those of earlier runs among them.
  /// - Throws: `TrainingError`, `StreamError`, `FileError`, and what reading a patch throws.
  public func run() throws -> [EpochReport] {
    observer.began(
      TrainingStart(
        network: network.description, parameters: network.parameterCount, device: network.device,
        patches: stream.patches, batchesPerEpoch: batchesPerEpoch, epochsDone: progress.epochs,
        batchesDone: progress.batches, epochs: recipe.epochs))
    do {
      while progress.epochs < recipe.epochs, !progress.isStopped { try epoch() }
    } catch TrainingError.memory {
      throw TrainingError.doesNotFit(
        MemoryNeed(network.description, patch: stream.shape.patch, batch: input.batch, isHalf: isHalf), available: nil)
    }
    scores = try scoreBest()
    try scores?.write(to: folder.scores)
    return epochs
  }

  private func scoreBest() throws -> ScoreTable? {
    guard input.fold != nil, let best = progress.best else { return nil }
    let network = try Checkpoint(path: folder.best).network(on: network.device)
    return try validate(network, epoch: best.epoch, wholeCases: true).scores
  }

  private func validate(
    _ network: UNet3D, epoch: Int, wholeCases isWhole: Bool
  ) throws -> (Validation?, scores: ScoreTable?) {
    guard let stream = try input.validating() else { return (nil, nil) }
    let cases = isWhole ? WholeCases(stream.cases, patch: stream.shape.patch, classes: head.classes) : nil
    let validation = try Validation(network, loss, on: stream, epoch: epoch, wholeCases: cases)
    return (validation, cases?.scores)
  }

  private func epoch() throws {
    folder.reopen()
    let (start, first, waited) = (DispatchTime.now(), progress.batches, try stream.times.wait)
    while progress.batches < batchesPerEpoch {
      try step()
      if progress.batches < batchesPerEpoch, saved.seconds >= saveSeconds { try save() }
    }
    let trained = start.seconds
    let wait = Double(try stream.times.wait - waited) * 1e-9
    let patches = (progress.batches - first) * stream.shape.samples
    let isWhole = recipe.wholeCasesEvery.map { (progress.epochs + 1).isMultiple(of: $0) } ?? false
    let (validation, scores) = try validate(network, epoch: progress.epochs + 1, wholeCases: isWhole)
    let trainingLoss = progress.lossSum / Double(progress.batches)
    let rate = optimiser.learningRate
    let isBest = try end(epochOf: validation?.loss ?? trainingLoss)
    epochs.append(
      EpochReport(
        epoch: progress.epochs, trainingLoss: trainingLoss, validationLoss: validation?.loss,
        dice: names(validation?.dice ?? []), wholeCaseDice: scores?.means(of: .dice), learningRate: rate,
        isBest: isBest, seconds: start.seconds,
        patchesPerSecond: Double(patches) / max(trained, 1e-9), waitSeconds: wait))
    try folder.write(epochs)
    try observer.finished(epochs[epochs.count - 1], all: epochs)
    if isBest { try Checkpoint.write(network, optimiser: nil, head: head, to: folder.best) }
    try save()
  }

  /// One batch: forward, backward, a step of the optimiser.
  private func step() throws {
    guard let batch = try stream.next() else { preconditionFailure("the training's stream has no end") }
    let tensors = try PatchBatch(batch, classes: network.description.classes, device: network.device)
    let logits =
      isHalf
      ? try Torch.withBFloat16(on: network.device) { try network(tensors.images, isTraining: true) }
      : try network(tensors.images, isTraining: true)
    let value = try DeepSupervision(loss: loss).value(logits, labels: tensors.labels)
    let number = try value.item()
    let patches = batch.samples.map(\.name)
    try hold("the loss", number, of: patches)
    try value.backward()
    // A step along such a gradient would spoil the network for good, and the next batch would be blamed.
    try hold("the gradient", try network.parameters.gradientSum(), of: patches)
    if case .polynomial(let power) = recipe.rate {
      optimiser.learningRate = PolynomialSchedule.rate(
        first: recipe.optimiser.learningRate, power: power, done: optimiser.steps, of: recipe.epochs * batchesPerEpoch)
    }
    try optimiser.step()
    progress.batches += 1
    progress.lossSum += number
    observer.stepped(
      TrainingStep(
        epoch: progress.epochs + 1, batch: progress.batches, loss: number, samples: stream.shape.samples))
  }

  private func hold(_ what: String, _ number: Double, of patches: [String]) throws(TrainingError) {
    guard !number.isFinite else { return }
    throw .notANumber(
      what: what, found: "\(number)", epoch: progress.epochs + 1, batch: progress.batches + 1, patches: patches)
  }

  /// Counts an epoch with that loss; returns whether it is the lowest.
  private func end(epochOf loss: Double) throws -> Bool {
    progress.epochs += 1
    progress.batches = 0
    progress.lossSum = 0
    let isBest = progress.best.map { loss < $0.loss } ?? true
    if isBest { progress.best = TrainingProgress.Best(epoch: progress.epochs, loss: loss) }
    progress.isStopped = Self.isEnough(progress, recipe)
    if case .plateau(let plateau) = recipe.rate {
      optimiser.learningRate = progress.schedule.rate(after: loss, rate: optimiser.learningRate, plateau)
    }
    try note()
    return isBest
  }

  /// Whether early stop ends it: that may be another one than the training began with.
  private static func isEnough(_ progress: TrainingProgress, _ recipe: TrainingRecipe) -> Bool {
    guard let patience = recipe.earlyStop, let best = progress.best else { return false }
    return progress.epochs - best.epoch >= patience
  }

  private func save() throws {
    try note()
    try Checkpoint.write(network, optimiser: optimiser, head: head, to: folder.last)
    saved = DispatchTime.now()
    observer.saved()
  }

  private func note() throws {
    (progress.steps, progress.learningRate) = (optimiser.steps, optimiser.learningRate)
    progress.stream = try stream.state
  }

  private func names(_ dice: [Double?]) -> [String: Double] {
    Dictionary(
      uniqueKeysWithValues: zip(head.classes, dice).compactMap { name, dice in
        name.isEmpty ? nil : dice.map { (name, $0) }
      })
  }
}

extension DispatchTime {
  /// Since then.
  fileprivate var seconds: Double { Double(DispatchTime.now().uptimeNanoseconds - uptimeNanoseconds) * 1e-9 }
}

extension Checkpoint {
  /// Holds a training that is to be gone on with against what it is to be; more or fewer epochs are no difference
  /// unless the learning rate falls along them.
  fileprivate func check(_ identity: TrainingRun.Identity, _ wanted: TrainingRecipe, fold: Int?) throws {
    let recipe = head.recipe
    try hold("the network", head.network.summary, identity.network.summary)
    try hold("the classes", head.classes, identity.classes)
    try hold("the shards' digest", head.shardsDigest, identity.shardsDigest)
    try hold("the fold", Self.words(head.fold), Self.words(fold))
    try hold("the loss", recipe.loss, wanted.loss)
    try hold("the optimiser", recipe.optimiser, wanted.optimiser)
    try hold("how the learning rate falls", recipe.rate, wanted.rate)
    try hold("the precision", recipe.precision, wanted.precision)
    try hold("the batches of an epoch", Self.words(recipe.batchesPerEpoch), Self.words(wanted.batchesPerEpoch))
    try hold("the seed", recipe.seed, wanted.seed)
    if case .polynomial = wanted.rate {
      try hold("the epochs, along which the learning rate falls", recipe.epochs, wanted.epochs)
    }
  }

  fileprivate func hold(_ what: String, _ found: String, _ expected: String) throws(TrainingError) {
    guard found == expected else { throw other(what, found: found, expected: expected) }
  }

  private func hold(_ what: String, _ found: some Encodable, _ expected: some Encodable) throws {
    try hold(what, Self.json(found), Self.json(expected))
  }

  private static func words(_ count: Int?) -> String { count.map { "\($0)" } ?? "all" }

  private static func json(_ value: some Encodable) throws -> String {
    let text = try CanonicalJSON.text(value, compact: true)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}
