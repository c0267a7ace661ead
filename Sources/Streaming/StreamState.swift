import Foundation
import Prepared

/// Where a stream is: the batch that comes next. With it, a stream of any world size, threads or memory goes on with
/// the very samples that would have come.
public struct StreamState: Sendable, Codable, Equatable {
  /// What the key `format` says.
  public static let format = "segprep-stream-state"
  /// The only version that is read and written.
  public static let version = 1

  /// Always `StreamState.format`.
  public private(set) var format = StreamState.format
  /// Always `StreamState.version` in what is written.
  public private(set) var formatVersion = StreamState.version
  /// The epoch of the next batch, from 0.
  public internal(set) var epoch: Int
  /// The next batch within its epoch, from 0.
  public internal(set) var batch: Int
  /// Of the order and of augmentation.
  public let seed: UInt64
  /// Samples of all ranks in a batch.
  public let globalBatch: Int
  /// In which order patches come.
  public let order: StreamOptions.Order
  /// The set of patches.
  public let set: String
  /// In words.
  public let split: String
  /// SHA-256 over the names and hashes of the split's files.
  public let shards: String
  /// The augmentation's digest, or `StreamState.unchanged`; nil in states of before it was recorded.
  public let augmentation: String?

  /// What `augmentation` says where patches are not changed.
  public static let unchanged = "none"

  init(
    _ catalogue: SampleCatalogue, order: StreamOptions.Order, seed: UInt64, globalBatch: Int,
    augmentation: (any PatchAugmentation)?
  ) {
    (epoch, batch) = (0, 0)
    self.seed = seed
    self.globalBatch = globalBatch
    self.order = order
    set = catalogue.set
    split = "\(catalogue.split)"
    shards = catalogue.digest
    self.augmentation = augmentation?.digest ?? Self.unchanged
  }

  /// Reads what `json` wrote.
  /// - Throws: `StreamError.notAState`.
  public init(json: String) throws(StreamError) {
    guard let state = try? CanonicalJSON.value(StreamState.self, from: Data(json.utf8)), state.format == Self.format,
      state.formatVersion == Self.version
    else { throw .notAState }
    self = state
  }

  /// The state as a line of JSON.
  public var json: String {
    guard let text = try? CanonicalJSON.text(self, compact: true) else { preconditionFailure("a state is JSON") }
    return text
  }

  /// Holds a state that a stream is to go on from against the beginning of that stream.
  /// - Throws: `StreamError.otherState`.
  func check(_ start: StreamState, batches: Int) throws(StreamError) {
    func check<Value: Equatable>(_ what: String, _ found: Value, _ expected: Value) throws(StreamError) {
      guard found == expected else { throw .otherState(what: what, found: "\(found)", expected: "\(expected)") }
    }
    try check("set", set, start.set)
    try check("split", split, start.split)
    try check("seed", seed, start.seed)
    try check("global batch", globalBatch, start.globalBatch)
    try check("order", order.rawValue, start.order.rawValue)
    try check("the shards' digest", shards, start.shards)
    if let augmentation { try check("the augmentation", augmentation, start.augmentation ?? Self.unchanged) }
    guard epoch >= 0, epoch <= Int(UInt32.max), (0..<batches).contains(batch) else {
      throw .otherState(
        what: "place", found: "batch \(batch) of epoch \(epoch)", expected: "a batch below \(batches) of an epoch")
    }
  }
}
