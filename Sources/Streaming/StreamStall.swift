/// What a stream's threads are at while a trainer waits for long: a disk that does not answer, most often.
public struct StreamStall: Sendable, Equatable, CustomStringConvertible {
  /// A patch that a thread has begun and not finished.
  public struct Patch: Sendable, Equatable {
    /// Below the folder of shards.
    public let file: String
    /// Its place in the file.
    public let place: Int
    /// The case.
    public let caseIdentifier: String
    /// Since it was begun.
    public let seconds: Double
  }

  /// The folder of shards.
  public let folder: String
  /// Since the trainer asked for a batch.
  public let waited: Double
  /// The one begun first comes first.
  public let patches: [Patch]

  /// The line that the user sees.
  public var description: String {
    let line = "\(folder): no batch for \(Int(waited.rounded())) s"
    guard let first = patches.first else { return line + "; no thread is at any patch" }
    return line
      + ", \(first.file), patch \(first.place) of \(first.caseIdentifier) takes \(Int(first.seconds.rounded())) s "
      + "so far; is the disk slow or gone?"
  }
}
