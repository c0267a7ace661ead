import Files
import Foundation

/// `manifest.json`: what a folder of prepared cases holds. Written last, and only from what is on the disk.
public struct Manifest: Sendable, Codable, Equatable {
  public static let format = "segprep-prepared"
  public static let version = 1

  /// One prepared case.
  public struct Case: Sendable, Codable, Equatable {
    public var caseIdentifier: String
    /// Below the manifest's folder.
    public var file: String
    public var bytes: Int
    public var sha256: String
    /// Voxels and millimetres along z, y, x.
    public var shape: [Int]
    public var spacingMm: [Double]
    /// The fold that validates on this case; nil for unlabelled cases, and where one case alone makes no folds.
    public var fold: Int?
    public var isLabelled: Bool
    public var statistics: CaseStatistics
    public var source: CaseSource
    public var warnings: [String]

    public init(
      caseIdentifier: String, written: CaseFileWriter.Written, shape: [Int], spacingMm: [Double], isLabelled: Bool,
      statistics: CaseStatistics, source: CaseSource, warnings: [String]
    ) {
      self.caseIdentifier = caseIdentifier
      file = Self.file(caseIdentifier)
      bytes = written.bytes
      sha256 = written.sha256
      self.shape = shape
      self.spacingMm = spacingMm
      self.isLabelled = isLabelled
      self.statistics = statistics
      self.source = source
      self.warnings = warnings
    }

    /// Where a case's file lies below the folder of prepared data.
    public static func file(_ caseIdentifier: String) -> String { "cases/\(caseIdentifier).h5" }
  }

  /// A case that was not prepared, and why.
  public struct Absent: Sendable, Codable, Equatable {
    public var caseIdentifier: String
    public var reason: String

    public init(caseIdentifier: String, reason: String) {
      self.caseIdentifier = caseIdentifier
      self.reason = reason
    }
  }

  public var format = Manifest.format
  public var formatVersion = Manifest.version
  public var name: String
  public var channels: [String]
  /// Class names by class number.
  public var classes: [String]
  public var ingestDigest: String
  public var foldsDigest: String
  /// Folds that were made; 0 where one case alone makes none.
  public var folds: Int
  /// Sorted by identifier.
  public var cases: [Case]
  public var excluded: [Absent]
  public var failed: [Absent]
  public var warnings: [String]

  public init(name: String, channels: [String], classes: [String], ingestDigest: String, foldsDigest: String) {
    self.name = name
    self.channels = channels
    self.classes = classes
    self.ingestDigest = ingestDigest
    self.foldsDigest = foldsDigest
    folds = 0
    cases = []
    excluded = []
    failed = []
    warnings = []
  }

  /// Reads a folder's manifest; nil if there is none.
  public static func read(folder: String) throws -> Manifest? {
    let path = folder + "/manifest.json"
    guard Folder.isFile(path) else { return nil }
    return try read(path: path)
  }

  /// Reads a manifest.
  /// - Throws: `ManifestError` for a file that is no manifest, or one of a newer version.
  public static func read(path: String) throws -> Manifest {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    guard let manifest = try? CanonicalJSON.value(Manifest.self, from: data), manifest.format == format else {
      throw ManifestError.notAManifest(path: path)
    }
    guard manifest.formatVersion == version else {
      throw ManifestError.otherVersion(path: path, found: manifest.formatVersion)
    }
    return manifest
  }

  /// Writes manifest.json, splits_final.json (nnU-Net's) and datalist.json (MONAI's), each atomically.
  public func write(folder: String) throws {
    try AtomicFile.write(try CanonicalJSON.text(splits), to: folder + "/splits_final.json")
    try AtomicFile.write(try CanonicalJSON.text(datalist), to: folder + "/datalist.json")
    try AtomicFile.write(try CanonicalJSON.text(self), to: folder + "/manifest.json")
  }

  /// One training and validation split per fold.
  public struct Split: Sendable, Codable, Equatable {
    public var train: [String]
    public var val: [String]
  }

  /// nnU-Net's splits: for each fold all labelled cases, those it validates on apart.
  public var splits: [Split] {
    let labelled = cases.filter(\.isLabelled)
    return (0..<folds).map { fold in
      Split(
        train: labelled.filter { $0.fold != fold }.map(\.caseIdentifier),
        val: labelled.filter { $0.fold == fold }.map(\.caseIdentifier))
    }
  }

  private struct Datalist: Encodable {
    struct Item: Encodable {
      var image: String
      var label: String?
      var fold: Int?
    }
    var training: [Item]
    var testing: [Item]
  }

  private var datalist: Datalist {
    Datalist(
      training: cases.filter(\.isLabelled).map { .init(image: $0.file, label: $0.file, fold: $0.fold) },
      testing: cases.filter { !$0.isLabelled }.map { .init(image: $0.file) })
  }
}

/// Why a manifest cannot be used.
public enum ManifestError: Error, Equatable, CustomStringConvertible {
  case notAManifest(path: String)
  case otherVersion(path: String, found: Int)

  public var description: String {
    switch self {
    case .notAManifest(let path):
      "\(path): not a manifest of prepared data, found other JSON, expected format \"\(Manifest.format)\""
    case .otherVersion(let path, let found):
      "\(path): the manifest is of another version, found \(found), expected \(Manifest.version); "
        + "use the segprep that wrote it, or ingest again"
    }
  }
}
