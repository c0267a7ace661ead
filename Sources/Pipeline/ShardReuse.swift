import Files
import Shards

/// Decides whether a file of patches is still what the plan and the prepared cases would give.
struct ShardReuse {
  /// The manifest of the last run that came to its end.
  let earlier: ShardManifest?

  enum Verdict: Sendable {
    /// Nothing to do: the entry for the manifest.
    case keep(ShardManifest.File)
    /// The file must be made; the cause is nil where it never was.
    case make(cause: String?)
  }

  func verdict(on file: ShardFile, _ writer: ShardWriter) -> Verdict {
    let known = earlier?.files.first { $0.file == file.name(isLabelled: writer.layout.isLabelled) }
    guard Folder.isFile(writer.path(of: file)) else { return .make(cause: known.map { _ in "it was gone" }) }
    // A file that a manifest speaks of is opened only once its bytes are known to be those that were written.
    if let known, (try? SHA256.hash(file: writer.path(of: file)).sha256) != known.sha256 {
      return .make(cause: "its bytes were damaged")
    }
    guard let written = writer.existing(file) else { return .make(cause: "its patches or their cases changed") }
    return .keep(ShardManifest.File(file, written: written))
  }
}
