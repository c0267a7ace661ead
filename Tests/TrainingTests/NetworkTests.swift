import Recipes
import Testing
import Volumes

@testable import Training

@Suite struct NetworkTests {
  @Test(arguments: TorchGolden.trainings)
  func aShortTrainingIsPyTorchs(_ expected: ShortTraining) throws {
    let found = try expected.repeated()
    for (found, expected) in zip(found.losses, expected.losses) { #expect(abs(found - expected) < 2e-5) }
    #expect(abs(found.logits / expected.logits - 1) < 1e-4)
    #expect(abs(found.parameters / expected.parameters - 1) < 1e-5)
  }

  @Test func theSeedAndTheNameDecideTheWeights() throws {
    func weights(_ seed: UInt64, depth: Int = 1) throws -> [String: [Float]] {
      let network = try UNet3D(
        NetworkDescription(NetworkRecipe(depth: depth, filters: 2), channels: 1, classes: 2), seed: seed)
      return Dictionary(uniqueKeysWithValues: try network.parameters.map { ($0.name, try $0.tensor.values()) })
    }
    let name = "encoder.0.convolution.0.weight"
    let first = try weights(1)
    #expect(try weights(1) == first)
    #expect(try weights(2)[name] != first[name])
    #expect(try weights(1, depth: 2)[name] == first[name])
    #expect(first[name] != first["encoder.0.convolution.1.weight"].map { Array($0.prefix(54)) })
  }

  /// Counted in PyTorch for the same layers.
  @Test func thePapersNetworkHasItsParameters() throws {
    let network = try UNet3D(NetworkDescription(NetworkRecipe(depth: 2, filters: 4), channels: 1, classes: 3), seed: 1)
    #expect(network.parameterCount == 21447)
  }

  @Test func logitsHaveTheImagesExtents() throws {
    let network = try UNet3D(NetworkDescription(NetworkRecipe(depth: 2, filters: 2), channels: 2, classes: 3), seed: 1)
    let logits = try network(try Tensor(full: [1, 2, 4, 8, 12]), isTraining: false)
    #expect(logits.map(\.shape) == [[1, 3, 4, 8, 12]])
  }

  @Test func deepSupervisionGivesCoarserLogitsInTrainingOnly() throws {
    let description = NetworkDescription(
      NetworkRecipe(depth: 2, filters: 2, norm: .none, hasDeepSupervision: true), channels: 1, classes: 3)
    let network = try UNet3D(description, seed: 1)
    let image = try Tensor(full: [1, 1, 8, 8, 8])
    #expect(try network(image, isTraining: true).map(\.shape) == [[1, 3, 8, 8, 8], [1, 3, 4, 4, 4]])
    #expect(try network(image, isTraining: false).map(\.shape) == [[1, 3, 8, 8, 8]])
  }

  /// Logits that are sure of the truth at one resolution and of the opposite at the other: 2/3 and 1/3 of the loss.
  @Test func deepSupervisionWeighsTheFinerLogitsTwice() throws {
    let labels = try Tensor((0..<8).map { _ in Int64(1) }, shape: [1, 2, 2, 2])
    func logits(_ extent: Int, sure: Bool) throws -> Tensor {
      let count = extent * extent * extent
      let values = (0..<2 * count).map { Float(($0 >= count) == sure ? 10 : 0) }
      return try Tensor(values, shape: [1, 2, extent, extent, extent])
    }
    let loss = DeepSupervision(loss: CrossEntropy())
    let fineWrong = try loss.value([try logits(2, sure: false), try logits(1, sure: true)], labels: labels).item()
    let coarseWrong = try loss.value([try logits(2, sure: true), try logits(1, sure: false)], labels: labels).item()
    #expect(abs(fineWrong - 20.0 / 3) < 1e-3)
    #expect(abs(coarseWrong - 10.0 / 3) < 1e-3)
  }

  @Test func aPatchThatCannotBeHalvedIsNamedWithTheNearest() throws {
    let network = NetworkDescription(NetworkRecipe(depth: 4), channels: 1, classes: 3)
    try network.check(patch: Shape(z: 80, y: 160, x: 160))
    let error = #expect(throws: TrainingError.self) { try network.check(patch: Shape(z: 80, y: 150, x: 5)) }
    #expect(
      error.map { "\($0)" }
        == "network: a patch of 80x150x5 cannot be halved 4 times, found 80x150x5, expected multiples of 16, "
        + "the nearest is 80x144x16; cut such patches, or choose a lower depth")
  }

  /// 16 halved four times is 1: batch norm has the batch to normalise over, instance norm nothing.
  @Test func aNormOverOneValueIsRefused() throws {
    let patch = Shape(z: 16, y: 16, x: 16)
    func check(_ norm: NetworkRecipe.Norm, batch: Int) throws {
      try NetworkDescription(NetworkRecipe(depth: 4, norm: norm), channels: 1, classes: 3).check(
        patch: patch, batch: batch)
    }
    try check(.batch, batch: 2)
    try check(.none, batch: 1)
    let error = #expect(throws: TrainingError.self) { try check(.batch, batch: 1) }
    #expect(
      error.map { "\($0)" }
        == "network: batch norm has a single value to normalise at the lowest level, found a batch of 1 patches of "
        + "16x16x16 that are halved 4 times, expected at least two values; choose a larger patch or batch, a lower depth, "
        + "or another norm")
    #expect(throws: TrainingError.norm(kind: "instance", patch: patch, batch: 2, depth: 4)) {
      try check(.instance, batch: 2)
    }
  }

  @Test func aGradientThatIsNoNumberIsNoticed() throws {
    let weight = try Tensor([Float(0), 2], shape: [2]).requiringGradient()
    let parameters = [NamedTensor(name: "w", tensor: weight)]
    #expect(try parameters.gradientSum() == 0)
    try (weight * 3).sum().backward()
    #expect(try parameters.gradientSum() == 6)
    // The slope of a square root at 0, where the root itself is finite.
    let root = try weight.squareRoot().sum()
    #expect(try root.item().isFinite)
    try root.backward()
    #expect(try !parameters.gradientSum().isFinite)
  }

  /// The most that such trainings had resident, in MB (`/usr/bin/time -f %M`, libtorch 1.13 on two threads).
  @Test(arguments: [
    (3, 16, NetworkRecipe.Norm.batch, [32, 64, 64], 2, false, 787.0), (3, 16, .none, [32, 64, 64], 2, false, 650),
    (4, 32, .batch, [32, 96, 96], 2, false, 2799), (2, 8, .batch, [48, 96, 96], 4, false, 2513),
    (3, 16, .instance, [32, 96, 96], 2, false, 1666), (3, 16, .batch, [32, 96, 96], 2, true, 1083),
    (3, 8, .batch, [16, 32, 32], 1, false, 301), (4, 30, .batch, [80, 160, 160], 1, false, 7699),
  ])
  func whatATrainingTakesIsKnownBefore(
    depth: Int, filters: Int, norm: NetworkRecipe.Norm, patch: [Int], batch: Int, isHalf: Bool, measured: Double
  ) {
    let need = MemoryNeed(
      NetworkDescription(NetworkRecipe(depth: depth, filters: filters, norm: norm), channels: 1, classes: 3),
      patch: Shape(z: patch[0], y: patch[1], x: patch[2]), batch: batch, isHalf: isHalf)
    #expect(abs(Double(need.bytes) / 1e6 / measured - 1) < 0.1, "\(need.bytes)")
  }

  @Test func whatWouldFitIsSaid() throws {
    let need = MemoryNeed(
      NetworkDescription(NetworkRecipe(), channels: 1, classes: 3), patch: Shape(z: 80, y: 160, x: 160), batch: 4)
    let half = MemoryNeed(need.network, patch: need.patch, batch: 2)
    #expect(need.bytes > half.bytes)
    let line = "\(TrainingError.doesNotFit(need, available: half.bytes))"
    #expect(line.contains("would fit: global_batch: 2, or filters: "))
    #expect(line.contains("or patches of "))
  }
}
