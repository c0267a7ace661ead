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
