import ArgumentParser
import Console
import Files
import Foundation
import Parallelism
import Pipeline
import Prepared
import Shards

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a folder of shards or of prepared cases against its manifest.",
    discussion: """
      Every file's name, length and SHA-256; in shards also every patch's checksum, its class counts and what its index \
      says. Each damage is one line, which names the file, the patch and the case. One flipped bit in a case, a shard, \
      the manifest or the lists that follow from it is found; previews, plan.json and run_report.json are not looked at.

      Exit code 2 where anything is damaged, missing or too many.

      Examples:
        segprep verify shards
        segprep verify prepared --json
      """)

  @Argument(help: "The folder that `segprep shard` or `segprep ingest` wrote.")
  var folder: String

  @Option(help: "Threads.")
  var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

  @Flag(help: "Print the result as JSON.")
  var json = false

  @Flag(help: "No progress; the result and errors only.")
  var quiet = false

  func validate() throws {
    if jobs < 1 { throw ValidationError("--jobs must be at least 1, found \(jobs)") }
  }

  func run() throws {
    try reporting {
      let verification = try FolderKind(folder)
      let workers = Workers(count: jobs)
      defer { workers.stop() }
      let progress = VerifyProgress(verification.files, isSilent: quiet || json)
      let damages = try verification.run(on: workers) { progress.checked($0) }
      progress.end()
      let result = Result(
        folder: folder, files: verification.files.count, bytes: verification.files.bytes,
        isSealed: verification.isSealed, damages: damages)
      print(json ? try CanonicalJSON.text(result) : result.text(remedy: verification.remedy), terminator: "")
      if !damages.isEmpty { throw ExitCode(2) }
    }
  }

  private struct Result: Encodable {
    var folder: String
    /// That the manifest lists.
    var files: Int
    var bytes: Int
    /// Whether the manifest states a hash of itself.
    var isSealed: Bool
    var damages: [Damage]

    func text(remedy: String) -> String {
      let all = "\(files) \(files == 1 ? "file" : "files"), \(Quantity.bytes(bytes))"
      guard !damages.isEmpty else { return "\(folder): whole: \(all)\n" + (isSealed ? "" : Self.unsealed) }
      let damaged = Set(damages.map(\.file)).count
      return damages.map { $0.line + "\n" }.joined()
        + "\(folder): \(damaged) damaged \(damaged == 1 ? "file" : "files"), of \(all); \(remedy)\n"
    }

    private static let unsealed =
      "note: manifest.json states no hash of itself, as an earlier segprep wrote it: what changed in it is not found; "
      + "`segprep ingest` writes it anew\n"
  }

  /// What lies in a folder, as its manifest says.
  private enum FolderKind {
    case prepared(PreparedVerification)
    case shards(ShardVerification)

    init(_ folder: String) throws {
      switch try ManifestHead.read(folder: folder)?.format {
      case ShardManifest.format: self = .shards(try ShardVerification(folder: folder))
      case Manifest.format: self = .prepared(try PreparedVerification(folder: folder))
      case nil where Folder.isFile(folder + "/manifest.json"): self = try Self.damaged(folder)
      case let format: throw UnknownFolder(folder: folder, format: format)
      }
    }

    /// Lets the reader of the manifest that the text may once have been say what is wrong with it.
    private static func damaged(_ folder: String) throws -> FolderKind {
      do {
        return .shards(try ShardVerification(folder: folder))
      } catch ShardManifestError.notAManifest {
        return .prepared(try PreparedVerification(folder: folder))
      }
    }

    var files: FolderVerification {
      switch self {
      case .prepared(let verification): verification.files
      case .shards(let verification): verification.files
      }
    }

    var isSealed: Bool {
      switch self {
      case .prepared(let verification): verification.isSealed
      case .shards: true
      }
    }

    var remedy: String {
      switch self {
      case .prepared: "run `segprep ingest` again: it makes damaged cases anew"
      case .shards: "run `segprep repair`"
      }
    }

    func run(
      on workers: Workers, checked: @escaping @Sendable (FolderVerification.Checked) -> Void
    ) throws -> [Damage] {
      switch self {
      case .prepared(let verification): try verification.run(on: workers, checked: checked)
      case .shards(let verification): try verification.run(on: workers, checked: checked)
      }
    }
  }
}

/// A folder that holds neither shards nor prepared cases, as far as its manifest can be read.
private struct UnknownFolder: Error, CustomStringConvertible {
  var folder: String
  var format: String?

  var description: String {
    let found = format.map { "a manifest of format \"\($0)\"" } ?? "no manifest.json that can be read"
    return "\(folder): nothing that can be verified, found \(found), expected the folder that `segprep shard` or "
      + "`segprep ingest` wrote"
  }
}

/// Shows how far a check is: a line that is redrawn on a terminal, nothing elsewhere.
private final class VerifyProgress: @unchecked Sendable {
  private let files: Int
  private let bytes: Int
  private let isSilent: Bool
  private let line = TerminalLine()
  private let lock = NSLock()
  private let pace = Pace()
  private var doneFiles = 0
  private var doneBytes = 0
  private var damaged = 0

  init(_ files: FolderVerification, isSilent: Bool) {
    self.files = files.count
    bytes = files.bytes
    self.isSilent = isSilent
  }

  func checked(_ file: FolderVerification.Checked) {
    lock.withLock {
      doneFiles += 1
      doneBytes += file.bytes
      if !file.damages.isEmpty { damaged += 1 }
      guard !isSilent, line.isDue else { return }
      let damages = damaged > 0 ? ", \(damaged) damaged" : ""
      line.draw("[\(doneFiles)/\(files)\(damages)] \(file.file) | \(pace.text(doneBytes, of: bytes))")
    }
  }

  func end() { lock.withLock { if !isSilent { line.clear() } } }
}
