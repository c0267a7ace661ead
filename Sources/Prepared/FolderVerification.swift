import Files
import Parallelism

/// Holds the files of a folder against what its manifest says: names, lengths, hashes, and then what is in them.
public struct FolderVerification: Sendable {
  /// A file that the manifest lists.
  public struct Listed: Sendable {
    /// Below the folder.
    public var file: String
    /// Its length.
    public var bytes: Int
    /// Its hash, in hexadecimal.
    public var sha256: String
    /// The cases it is about.
    public var cases: [String]

    /// A file of that length and hash.
    public init(file: String, bytes: Int, sha256: String, cases: [String]) {
      self.file = file
      self.bytes = bytes
      self.sha256 = sha256
      self.cases = cases
    }
  }

  /// A file that was looked at.
  public struct Checked: Sendable {
    /// Below the folder.
    public var file: String
    /// Its length as the manifest says.
    public var bytes: Int
    /// What is wrong with it.
    public var damages: [Damage]
  }

  private let folder: String
  private let listed: [Listed]
  /// Folders below `folder` whose HDF5 files must all be listed.
  private let folders: [String]

  /// A check of `folder`, whose manifest lists these files and no other HDF5 file in `folders`.
  public init(folder: String, listed: [Listed], folders: [String]) {
    self.folder = folder
    self.listed = listed
    self.folders = folders
  }

  /// Bytes that are to be read.
  public var bytes: Int { listed.reduce(0) { $0 + $1.bytes } }

  /// Files that are to be looked at.
  public var count: Int { listed.count }

  /// Looks at every file, in parallel.
  /// - Parameters:
  ///   - inspect: looks into a file that is there, by its place in the list; `isWhole` is whether its bytes are those
  ///     that were written. What it finds in an altered file stands for the alteration.
  ///   - checked: called after each file, from any thread.
  /// - Returns: what is wrong, in the order of the list; then files that are not listed.
  public func run(
    on workers: Workers, inspect: @escaping @Sendable (_ index: Int, _ isWhole: Bool) throws -> [Damage],
    checked: @escaping @Sendable (Checked) -> Void
  ) throws -> [Damage] {
    let owners = Dictionary(listed.map { ($0.sha256, $0.file) }) { first, _ in first }
    let damages = try workers.map(listed.count, helping: true) { index in
      let found = check(index, owners: owners, inspect: inspect)
      checked(Checked(file: listed[index].file, bytes: listed[index].bytes, damages: found))
      return found
    }
    return damages.flatMap { $0 } + (try unlisted(owners))
  }

  private func check(
    _ index: Int, owners: [String: String], inspect: (_ index: Int, _ isWhole: Bool) throws -> [Damage]
  ) -> [Damage] {
    let entry = listed[index]
    let path = folder + "/" + entry.file
    let only = entry.cases.count == 1 ? entry.cases[0] : nil
    func damage(_ problem: String) -> Damage {
      Damage(file: entry.file, caseIdentifier: only, problem: problem)
    }
    guard Folder.isFile(path) else {
      let cases = only == nil ? " with \(Self.names(entry.cases))" : ""
      return [damage("is missing, found no file, expected \(entry.bytes) bytes\(cases)")]
    }
    do {
      let (bytes, sha256) = try SHA256.hash(file: path)
      if sha256 == entry.sha256 { return try inspect(index, true) }
      let inside = try inspect(index, false)
      let owner = owners[sha256].map { "; these are the bytes of \($0): files were renamed" } ?? ""
      if bytes != entry.bytes {
        return [damage("has another length, found \(bytes) bytes, expected \(entry.bytes)\(owner)")] + inside
      }
      guard inside.isEmpty else { return inside }
      return [damage("has other bytes than were written, found sha256 \(sha256), expected \(entry.sha256)\(owner)")]
    } catch {
      return [Damage(file: entry.file, path: path, error: error)]
    }
  }

  private func unlisted(_ owners: [String: String]) throws -> [Damage] {
    let known = Set(listed.map(\.file))
    return try folders.flatMap { name -> [Damage] in
      let below = folder + "/" + name
      guard Folder.isFolder(below) else { return [] }
      return try Folder.names(in: below).map { "\(name)/\($0)" }.filter { $0.hasSuffix(".h5") && !known.contains($0) }
        .map { file in
          let owner = (try? SHA256.hash(file: "\(folder)/\(file)").sha256).flatMap { owners[$0] }
          let hint = owner.map { "; its bytes are those of \($0): rename it" } ?? "; remove it"
          return Damage(file: file, problem: "is not in the manifest, found a file, expected none of that name\(hint)")
        }
    }
  }

  private static func names(_ cases: [String]) -> String {
    cases.prefix(3).joined(separator: ", ") + (cases.count > 3 ? " and \(cases.count - 3) more" : "")
  }
}
