import Files
import Parallelism
import Preprocessing

/// Holds a folder of prepared cases against its manifest.
public struct PreparedVerification: Sendable {
  private let folder: String
  private let manifest: Manifest
  /// The files, their lengths and hashes.
  public let files: FolderVerification
  /// Whether the manifest states a hash of itself; those of earlier programs do not.
  public let isSealed: Bool
  /// Whether a manifest that states none is the text that it would be written as.
  private let isCanonical: Bool

  /// A check of the folder.
  /// - Throws: `FileError`, and `ManifestError` where the manifest cannot be used.
  public init(folder: String) throws {
    self.folder = folder
    let manifest = try Manifest.required(folder: folder)
    self.manifest = manifest
    let text = try OpenFile(reading: folder + "/manifest.json").contents()
    isSealed = ManifestSeal(text) != nil
    isCanonical = try isSealed || text == Array(CanonicalJSON.text(manifest).utf8)
    files = FolderVerification(
      folder: folder,
      listed: manifest.cases.map {
        .init(file: $0.file, bytes: $0.bytes, sha256: $0.sha256, cases: [$0.caseIdentifier])
      }, folders: ["cases"])
  }

  /// Looks at every case and at the lists beside the manifest.
  /// - Parameter checked: called after each file, from any thread.
  public func run(
    on workers: Workers, checked: @escaping @Sendable (FolderVerification.Checked) -> Void
  ) throws -> [Damage] {
    let cases = try files.run(on: workers, inspect: { try inspect($0, isWhole: $1) }, checked: checked)
    return cases + (try lists(casesAreWhole: cases.isEmpty)) + manifestDamages
  }

  /// A manifest without a seal may be one that lost it.
  private var manifestDamages: [Damage] {
    guard !isCanonical else { return [] }
    return [
      Damage(
        file: "manifest.json",
        problem: "is not what was written, found another text without manifest_sha256, expected one that states it")
    ]
  }

  /// A case that is altered is one line, which names the case; one that is whole must be the one of the manifest.
  private func inspect(_ index: Int, isWhole: Bool) throws -> [Damage] {
    let entry = manifest.cases[index]
    func damage(_ problem: String) -> Damage {
      Damage(file: entry.file, caseIdentifier: entry.caseIdentifier, problem: problem)
    }
    guard isWhole else { return [] }
    let reader = try CaseFileReader(path: folder + "/" + entry.file)
    var damages: [Damage] = []
    func compare<Value: Equatable>(_ name: String, _ found: Value, _ expected: Value) {
      guard found != expected else { return }
      damages.append(damage("\(name) is not the manifest's, found \(found), expected \(expected)"))
    }
    compare("the case", reader.caseIdentifier, entry.caseIdentifier)
    compare("the shape", reader.shape.array, entry.shape)
    compare("whether there is a label", reader.isLabelled, entry.isLabelled)
    compare("the ingest digest", reader.ingestDigest, manifest.ingestDigest)
    return damages
  }

  /// splits_final.json and datalist.json follow from the manifest, dataset_fingerprint.json from it and the cases.
  private func lists(casesAreWhole: Bool) throws -> [Damage] {
    var lists = try manifest.lists()
    if casesAreWhole {
      let fingerprint = try DatasetFingerprint(of: manifest, folder: folder)
      lists.append(("dataset_fingerprint.json", try CanonicalJSON.text(fingerprint)))
    }
    return try lists.compactMap { name, text in
      let path = folder + "/" + name
      guard Folder.isFile(path) else {
        return Damage(file: name, problem: "is missing, found no file, expected the lists of the manifest")
      }
      guard try OpenFile(reading: path).contents() != Array(text.utf8) else { return nil }
      return Damage(
        file: name, problem: "is not what was written, found another text, expected what follows from the manifest")
    }
  }
}
