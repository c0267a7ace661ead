/// A case with the patches that a set has of it.
public struct PatchedCase: Sendable, Equatable {
  /// What shards say about the case.
  public var description: ShardCase
  /// The fold that validates on it; nil where one case alone makes no folds.
  public var fold: Int?
  /// Its patches, in order.
  public var patches: [ShardPatch]

  /// A case with those patches.
  public init(_ description: ShardCase, fold: Int?, patches: [ShardPatch]) {
    self.description = description
    self.fold = fold
    self.patches = patches
  }
}

extension ShardFile {
  /// Lays the patches of a set into files: fold by fold, cases in order of identifiers, patches in their own order,
  /// `limit` to a file, the last file of a fold as many as are left.
  public static func plan(set: String, cases: [PatchedCase], limit: Int) -> [ShardFile] {
    precondition(limit > 0, "a file holds at least one patch")
    let folds = Dictionary(grouping: cases, by: \.fold).sorted { ($0.key ?? -1) < ($1.key ?? -1) }
    return folds.flatMap { fold, cases in
      let sorted = cases.sorted {
        $0.description.caseIdentifier.utf8.lexicographicallyPrecedes($1.description.caseIdentifier.utf8)
      }
      let patches = sorted.flatMap(\.patches)
      let named = sorted.map { ($0.description.caseIdentifier, $0.description) }
      let descriptions = Dictionary(named) { first, _ in first }
      return stride(from: 0, to: patches.count, by: limit).enumerated().map { number, start in
        let content = Array(patches[start..<min(start + limit, patches.count)])
        // Only the cases that the file has: looking through all of them for every file would take long for many.
        return ShardFile(
          set: set, fold: fold, number: number, patches: content,
          cases: Set(content.map(\.caseIdentifier)).compactMap { descriptions[$0] })
      }
    }
  }
}
