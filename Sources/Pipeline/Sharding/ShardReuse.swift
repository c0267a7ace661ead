import Files
import Parallelism
import Shards

/// Decides whether a file of patches is still what the plan and the prepared cases would give.
struct ShardReuse {
  /// The manifest of the last run that came to its end.
  let earlier: ShardManifest?
  /// What this run will say of the cases.
  let manifest: ShardManifest

  enum Verdict: Sendable {
    /// Nothing to do: the entry for the manifest.
    case keep(ShardManifest.File)
    /// The file must be made; the cause is nil where it never was.
    case make(cause: String?)
  }

  func verdict(on file: ShardFile, _ writer: ShardWriter, on workers: Workers) -> Verdict {
    let (path, name) = (writer.path(of: file), file.name(isLabelled: writer.layout.isLabelled))
    let known = earlier?.files.first { $0.file == name }
    guard Folder.isFile(path) else { return .make(cause: known.map { _ in "it was gone" }) }
    guard let known else {
      return writer.sound(file, in: manifest, on: workers).map(Verdict.keep)
        ?? .make(cause: "it was of other patches, or damaged")
    }
    // A file that a manifest speaks of is opened only once its bytes are known to be those that were written.
    guard (try? SHA256.hash(file: path).sha256) == known.sha256 else { return .make(cause: "its bytes were damaged") }
    return writer.isCurrent(file) ? .keep(known) : .make(cause: "its patches or their cases changed")
  }
}
