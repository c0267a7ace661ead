/// Is told what a run that cuts patches does while it does it; called from any thread.
public protocol ShardObserver: Sendable {
  /// Before any patch is cut: what is being looked at.
  func entered(_ step: String)
  /// - Parameter bytes: of all those patches before compression.
  func began(patches: Int, bytes: Int)
  /// A patch of a file is on its way.
  func cut(patchOf file: String, bytes: Int)
  func finished(_ report: ShardFileReport)
}

/// What became of one file of patches.
public struct ShardFileReport: Sendable, Encodable {
  /// How a file ended.
  public enum Outcome: String, Sendable, Encodable { case written, kept }

  /// Below the folder of shards.
  public var file: String
  /// How it ended.
  public var outcome: Outcome
  /// Why a file that was there before was made anew.
  public var cause: String?
  /// Patches in it.
  public var patches: Int
  /// Its length.
  public var bytes: Int
}
