import Files
import Foundation
import Recipes
import Streaming
import TestSupport
import Testing

@testable import Training

/// Heads that no training wrote are refused with what is wrong in them, before a network is built from them.
@Suite struct CheckpointHeadTests {
  private static let description = NetworkDescription(NetworkRecipe(depth: 1, filters: 2), channels: 1, classes: 3)

  private static func head() throws -> Checkpoint.Head {
    let state = try StreamState(
      json: #"{"format": "segprep-stream-state", "format_version": 1, "epoch": 0, "batch": 0, "seed": 1, "#
        + #""global_batch": 2, "order": "uniform", "set": "random", "split": "all", "shards": ""}"#)
    return Checkpoint.Head(
      network: description, classes: ["background", "kidney", "tumour"], channels: ["ct"], patch: [8, 8, 8],
      shardsDigest: "", trainDigest: "", fold: 0, recipe: TrainingRecipe(),
      progress: TrainingProgress(learningRate: 0.1, stream: state))
  }

  /// What reading a checkpoint says whose head was changed; nil where it is taken.
  private static func refusal(_ change: (inout Checkpoint.Head) -> Void) throws -> String? {
    let folder = TemporaryFolder()
    let file = folder.path("x.safetensors")
    var head = try head()
    change(&head)
    try Checkpoint.write(try UNet3D(description, seed: 1), optimiser: nil, head: head, to: file)
    do {
      _ = try Checkpoint(path: file).network(on: .cpu)
      return nil
    } catch let error as TrainingError {
      guard case .notACheckpoint(_, let what) = error else { return "\(error)" }
      return what
    }
  }

  @Test func whatATrainingWritesIsTaken() throws {
    #expect(try Self.refusal { _ in } == nil)
    #expect(try Self.refusal { $0.ingestDigest = "ab" } == nil)
  }

  /// Options that come later must not make earlier checkpoints unreadable.
  @Test func whatAnEarlierVersionDidNotKnowIsAtItsDefault() throws {
    var recipe = TrainingRecipe()
    recipe.loss = LossRecipe(.dice)
    let json = Data(#"{"loss": {"name": "dice", "parameters": {}}, "plateau": {"factor": 0.5}}"#.utf8)
    #expect(try JSONDecoder().decode(TrainingRecipe.self, from: json) == recipe)
    (recipe.rate, recipe.batchesPerEpoch, recipe.precision) = (.polynomial(power: 2), 7, .bfloat16)
    #expect(try JSONDecoder().decode(TrainingRecipe.self, from: JSONEncoder().encode(recipe)) == recipe)
  }

  @Test(arguments: [
    [], [8, 8], [8, 8, 8, 8], [0, 8, 8], [-8, 8, 8], [8, 8, 1 << 40], [1 << 20, 1 << 20, 1 << 20],
  ])
  func patchesThatCannotBe(_ patch: [Int]) throws {
    let found = try #require(try Self.refusal { $0.patch = patch })
    #expect(found.hasPrefix("found the patch \(patch), expected z, y, x of at least 1"))
  }

  @Test func patchesThatCannotBeHalved() throws {
    let found = try Self.refusal { $0.patch = [8, 7, 8] }
    #expect(found == "found the patch [8, 7, 8], expected multiples of 2 for that network")
  }

  @Test func networksThatCannotBe() throws {
    for depth in [-1, 0, 63, 64, 1 << 62] {
      #expect(
        try Self.refusal { $0.network.recipe.depth = depth } == "found a network of depth \(depth), expected 1 to 8")
    }
    for filters in [0, -4, 1 << 60] {
      let found = try Self.refusal { $0.network.recipe.filters = filters }
      #expect(found == "found a network of filters \(filters), expected 1 to 1024")
    }
    let classes = try Self.refusal { $0.network.classes = 300 }
    #expect(classes == "found a network of classes 300, expected 2 to 255")
  }

  /// As deep and wide as may be, which no memory would hold: the file has other tensors.
  @Test func networksThatTheTensorsAreNotOf() throws {
    let found = try Self.refusal {
      ($0.network.recipe.depth, $0.network.recipe.filters, $0.patch) = (8, 1024, [256, 256, 256])
    }
    #expect(
      found?.hasPrefix(
        "found network.bottom.convolution.1.weight of shape [4, 4, 3, 3, 3], expected [262144, 262144, 3, 3, 3]")
        == true)
    // The same number of filters at the bottom; the rest is found out as it is read.
    let other = try Self.refusal {
      ($0.network.recipe.depth, $0.network.recipe.filters) = (2, 1)
    }
    #expect(other?.contains("of another training: network.") == true)
  }

  @Test func namesThatAreNotTheNetworks() throws {
    #expect(
      try Self.refusal { $0.classes = ["background"] }
        == "found the names of 1 classes, expected those of the network's 3")
    #expect(
      try Self.refusal { $0.channels = ["t1", "t2"] }
        == "found the names of 2 channels, expected those of the network's 1")
  }

  @Test func progressThatCannotBe() throws {
    #expect(try Self.refusal { $0.fold = -1 } == "found the fold -1, expected 0 or more")
    #expect(try Self.refusal { $0.progress.epochs = -1 }?.hasPrefix("found -1 epochs") == true)
  }

  @Test func otherMetadata() throws {
    let folder = TemporaryFolder()
    let path = folder.path("x.safetensors")
    for (json, words) in [
      (nil, "found other metadata, expected those of segprep-checkpoint"),
      ("{}", "found other metadata"),
      (#"{"format": "segprep-checkpoint", "format_version": 1}"#, "found metadata that lack keys"),
      (
        #"{"format": "segprep-checkpoint", "format_version": 2}"#,
        "a checkpoint of another version, found 2, expected 1"
      ),
    ] as [(String?, String)] {
      try SafeTensors.write([], metadata: json.map { ["segprep": $0] } ?? [:], to: path)
      let error = #expect(throws: TrainingError.self) { try Checkpoint(path: path) }
      #expect(error.map { "\($0)".contains(words) } == true, "\(String(describing: error))")
    }
  }
}
