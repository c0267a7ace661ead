import Files

/// One file of a set: which patches it holds, in their order, and of which cases.
public struct ShardFile: Sendable, Equatable {
  /// The set's name.
  public var set: String
  /// The fold that validates on its cases; nil where no fold does.
  public var fold: Int?
  /// Counted from 0 within the set and fold.
  public var number: Int
  /// In the order in which they are stored.
  public var patches: [ShardPatch]
  /// The cases of the patches, each once, in any order.
  public var cases: [ShardCase]

  /// A file of those patches; `cases` may hold more than they need.
  public init(set: String, fold: Int?, number: Int, patches: [ShardPatch], cases: [ShardCase]) {
    self.set = set
    self.fold = fold
    self.number = number
    self.patches = patches
    let used = Set(patches.map(\.caseIdentifier))
    self.cases = cases.filter { used.contains($0.caseIdentifier) }.sorted {
      $0.caseIdentifier.utf8.lexicographicallyPrecedes($1.caseIdentifier.utf8)
    }
  }

  /// Whether any of its patches is an augmented version.
  var isAugmented: Bool { patches.contains { !$0.augmentation.isEmpty } }

  /// Below the folder of shards: `<set>/fold<k>-<nnnnn>.h5`; without a fold `train-<nnnnn>.h5`, which every training may
  /// read, or for cases without a label `unlabelled-<nnnnn>.h5`.
  public func name(isLabelled: Bool) -> String {
    let digits = String(number)
    let padded = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    return "\(set)/\(fold.map { "fold\($0)" } ?? (isLabelled ? "train" : "unlabelled"))-\(padded).h5"
  }

  /// SHA-256 over all that decides the file's bytes but the voxels, which the prepared files' hashes stand for.
  func digest(_ layout: ShardLayout, plan: String) -> String {
    var lines = [
      "\(ShardWriter.format) \(ShardWriter.version)", "\(layout.channels) \(layout.shape) \(layout.margin)",
      "\(layout.image.rawValue) \(layout.compression.name) \(layout.compression.level ?? 0) \(layout.classes)",
      "\(set) \(fold ?? -1) \(number)", plan,
    ]
    lines += patches.map {
      "\($0.caseIdentifier) \($0.origin.z) \($0.origin.y) \($0.origin.x) \($0.flags.rawValue) \($0.variant)"
        + $0.augmentation
    }
    lines += cases.map { "\($0.caseIdentifier) \($0.preparedHash)" }
    return SHA256.hash(lines.joined(separator: "\n"))
  }
}
