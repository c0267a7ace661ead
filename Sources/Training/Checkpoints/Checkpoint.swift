import Foundation
import Prepared
import Recipes
import Shards

/// A network in a file, with all that is needed to go on training it or to predict with it.
public struct Checkpoint: Sendable {
  /// What the file says beside its tensors.
  public struct Head: Sendable, Codable, Equatable {
    /// What the key `format` says.
    public static let format = "segprep-checkpoint"
    /// The only version that is read and written.
    public static let version = 1

    /// Always `Head.format`.
    public private(set) var format = Head.format
    /// Always `Head.version` in what is written.
    public private(set) var formatVersion = Head.version
    /// The network.
    public var network: NetworkDescription
    /// Names by class number.
    public var classes: [String]
    /// Names by channel number.
    public var channels: [String]
    /// Voxels of the patches that it was trained on, along z, y, x.
    public var patch: [Int]
    /// The digest of what decides the prepared cases, as their manifest has it; nil in files of before it was kept.
    public var ingestDigest: String?
    /// What it was trained on; nil in files of before it was kept.
    public var trained: TrainedCases?
    /// The digest of what decides the patches: the shards' manifest has the same.
    public var shardsDigest: String
    /// The digest of what decides the training.
    public var trainDigest: String
    /// The fold that was validated on; nil where all cases were trained on.
    public var fold: Int?
    /// How it was trained.
    public var recipe: TrainingRecipe
    /// Where the training was.
    public var progress: TrainingProgress
  }

  /// What the file says beside its tensors.
  public let head: Head
  private let path: String
  private let tensors: SafeTensors

  private static let key = "segprep"

  /// Reads a checkpoint; all that its head says is held against what a network can be, and against the tensors.
  /// - Throws: `FileError`, `TrainingError`.
  public init(path: String) throws {
    func refused(_ what: String) -> TrainingError { .notACheckpoint(path: path, what: what) }
    tensors = try SafeTensors(path: path)
    let json = tensors.metadata[Self.key].map { Data($0.utf8) }
    guard let json, let kind = ManifestHead(json), kind.format == Head.format else {
      throw refused("found other metadata, expected those of \(Head.format)")
    }
    guard kind.formatVersion == Head.version else {
      throw TrainingError.checkpointVersion(path: path, found: kind.formatVersion, expected: Head.version)
    }
    guard let head = try? CanonicalJSON.value(Head.self, from: json) else {
      throw refused("found metadata that lack keys or have values of other types, expected those of a training")
    }
    if let flaw = head.flaw ?? head.flaw(in: tensors) { throw refused(flaw) }
    self.path = path
    self.head = head
  }

  /// Writes a network, and what an optimiser remembers; the file is there whole or not at all.
  /// - Throws: `FileError`, `TrainingError`.
  public static func write(_ network: UNet3D, optimiser: (any Optimiser)?, head: Head, to path: String) throws {
    let text = try CanonicalJSON.text(head, compact: true)
    try SafeTensors.write(
      network.named + (optimiser?.named ?? []), metadata: ["format": "pt", key: text], to: path)
  }

  /// The network.
  /// - Throws: `TrainingError`.
  public func network(on device: Device) throws -> UNet3D {
    let network = try UNet3D(head.network, seed: 0, device: device)
    try fill(network)
    return network
  }

  /// Puts the stored values into a network.
  /// - Throws: `TrainingError.otherCheckpoint` where it is of another architecture.
  func fill(_ network: UNet3D) throws {
    guard head.network == network.description else {
      throw other("the network", found: head.network.summary, expected: network.description.summary)
    }
    try tensors.fill(network.named)
  }

  /// What to say of a checkpoint that does not fit.
  func other(_ what: String, found: String, expected: String) -> TrainingError {
    .otherCheckpoint(path: path, what: what, found: found, expected: expected)
  }

  /// Puts the stored memory into an optimiser.
  func fill(_ optimiser: any Optimiser) throws {
    try tensors.fill(optimiser.named)
    optimiser.steps = head.progress.steps
    optimiser.learningRate = head.progress.learningRate
  }
}

extension UNet3D {
  /// All that makes it what it is, as checkpoints name it.
  fileprivate var named: [NamedTensor] {
    (parameters + statistics).map { NamedTensor(name: "network." + $0.name, tensor: $0.tensor) }
  }
}

extension Optimiser {
  fileprivate var named: [NamedTensor] { memory.map { NamedTensor(name: "optimiser." + $0.name, tensor: $0.tensor) } }
}
