import Files

/// What runs: a pipeline with every default filled in, and the digests that tell whether prepared data still fit it.
///
/// It is saved beside the data it made, so it holds nothing of the machine, the user or the time.
public struct Plan: Sendable, Equatable {
  /// The pipeline, every default filled in.
  public let config: PipelineConfig
  /// The name of the pipeline file, without its folders.
  public let sourceFile: String
  /// The SHA-256 of what decides the prepared cases: the keys of `dataset` and `preprocess` that are not at their default.
  public let ingestDigest: String
  /// The SHA-256 of what decides the folds: the ingest digest, the keys of `folds` that are not at their default, and
  /// the content of the file that they come from.
  public let foldsDigest: String
  /// The SHA-256 of what decides the shards: the folds digest, and the keys of `patches` and `shards` that are not at
  /// their default, and of `augment` where a set has variants; nil without patches.
  public let shardsDigest: String?
  /// The SHA-256 of what decides a training's steps: the shards digest, and the keys of `augment`, `stream` and `train` that
  /// are not at their default, but how long it goes on and what is looked at; nil without patches.
  public var trainDigest: String? {
    guard let shardsDigest else { return nil }
    var keys = ["shards": JSONValue.text(shardsDigest), "stream": config.stream.json(.differences)]
    keys["augment"] = config.augment?.json(.differences)
    keys["train"] = config.training.endless.json(.differences)
    return SHA256.hash(JSONValue.object(keys).canonicalText)
  }
  /// The file that the folds come from, where they come from one; nil in a plan that was saved and read back.
  public let foldsFile: FoldsFile?

  /// Reads a pipeline file, and the file beside it that it takes its folds from.
  /// - Throws: `PipelineError`, `FoldsError`.
  public static func read(_ path: String) throws -> Plan {
    let config = try PipelineFile.read(path)
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    return Plan(config, sourceFile: path, foldsFile: try FoldsFile(of: config.folds, below: folder))
  }

  /// The plan of a pipeline; `sourceFile` is the path it was read from.
  public init(_ config: PipelineConfig, sourceFile: String, foldsFile: FoldsFile? = nil) {
    self.config = config
    self.foldsFile = foldsFile
    self.sourceFile = Folder.lastName(of: sourceFile)
    ingestDigest = SHA256.hash(Self.ingestKeys(of: config).canonicalText)
    var folds = ["folds": config.folds.json(.differences), "ingest": .text(ingestDigest)]
    if let foldsFile { folds["folds_file"] = .text(foldsFile.sha256) }
    foldsDigest = SHA256.hash(JSONValue.object(folds).canonicalText)
    shardsDigest = Self.shardsDigest(of: config, foldsDigest: foldsDigest)
  }

  static func ingestKeys(of config: PipelineConfig) -> JSONValue {
    .object([
      "dataset": config.dataset.json(.differences),
      "preprocess": .array(config.preprocess.map { $0.json(.differences) }),
    ])
  }

  private static func shardsDigest(of config: PipelineConfig, foldsDigest: String) -> String? {
    guard !config.patches.isEmpty else { return nil }
    var keys: [String: JSONValue] = [
      "patches": .array(config.patches.map { $0.json(.differences) }), "shards": config.shards.json(.differences),
      "folds": .text(foldsDigest),
    ]
    if config.storesVariants { keys["augment"] = config.augment?.json(.differences) }
    return SHA256.hash(JSONValue.object(keys).canonicalText)
  }

  /// What the user should know before it runs, a line each.
  public var notes: [String] {
    leaks
      + config.preprocess.enumerated().compactMap { index, stage in
        guard stage.needsLabel, config.dataset.unlabelled == .keep else { return nil }
        return "stage \(index + 1), \(stage.name.rawValue), needs labels: unlabelled cases will fail there; "
          + "leave them out with `unlabelled: exclude`"
      } + PatchesDescription.notes(on: config)
  }

  private var leaks: [String] {
    config.preprocess.enumerated().compactMap { index, stage in
      guard let over = stage.overDataset, !over.isFoldSafe else { return nil }
      return
        "LEAK: stage \(index + 1), \(stage.name.rawValue), is measured on all labelled cases, also on those that a "
        + "fold validates on; `fold_safe: true` gives each fold numbers of its own"
    }
  }

  /// The plan as JSON: the pipeline in the words of a pipeline file, every key there; the file's name; the digests.
  public var json: JSONValue {
    var digests = ["ingest": JSONValue.text(ingestDigest), "folds": .text(foldsDigest)]
    if let foldsFile { digests["folds_file"] = .text(foldsFile.sha256) }
    if let shardsDigest { digests["shards"] = .text(shardsDigest) }
    if let trainDigest { digests["train"] = .text(trainDigest) }
    return .object([
      "pipeline": config.json(.all), "source_file": .text(sourceFile), "digests": .object(digests),
    ])
  }
}

extension Plan {
  /// What decides the shards' bytes, as JSON that each of them holds: later sections, the pipeline's name and its file's
  /// are not in it, so that none of these makes shards anew.
  var shardsJSON: JSONValue {
    guard case .object(var pipeline) = config.json(.all) else { preconditionFailure("a pipeline is a mapping") }
    for later in ["name", "stream", "train"] { pipeline[later] = nil }
    if !config.storesVariants { pipeline["augment"] = nil }
    return .object([
      "pipeline": .object(pipeline),
      "digests": .object([
        "ingest": .text(ingestDigest), "folds": .text(foldsDigest), "shards": shardsDigest.map { .text($0) } ?? .null,
      ]),
    ])
  }
}

extension Plan: Codable {
  private enum Key: String, CodingKey {
    case pipeline
    case sourceFile = "source_file"
    case digests
  }

  /// Reads a saved plan as strictly as a pipeline file; the digests are those that were saved.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    sourceFile = try container.decode(String.self, forKey: .sourceFile)
    let digests = try container.decode([String: String].self, forKey: .digests)
    guard let ingest = digests["ingest"], let folds = digests["folds"] else {
      throw DecodingError.dataCorruptedError(
        forKey: .digests, in: container,
        debugDescription: "found the digests \(digests.keys.sorted()), expected ingest and folds")
    }
    ingestDigest = ingest
    foldsDigest = folds
    shardsDigest = digests["shards"]
    foldsFile = nil
    // JSON is YAML, so that there is one reader and one set of messages.
    let pipeline = try container.decode(JSONValue.self, forKey: .pipeline)
    config = try PipelineFile.parse(pipeline.canonicalText, file: sourceFile)
  }

  /// Writes what `json` holds; it comes out the same every time where the encoder sorts keys.
  public func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}
