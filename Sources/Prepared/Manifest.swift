import Files
import Foundation
import Preprocessing

/// `manifest.json`: what a folder of prepared cases holds. Written last, and only from what is on the disk.
public struct Manifest: Sendable, Codable, Equatable {
  /// What the key `format` says.
  public static let format = "segprep-prepared"
  /// The only version that is read and written.
  public static let version = 1

  /// One prepared case.
  public struct Case: Sendable, Codable, Equatable {
    /// The case's name in the data set.
    public var caseIdentifier: String
    /// Below the manifest's folder.
    public var file: String
    /// The file's length.
    public var bytes: Int
    /// The file's hash, in hexadecimal.
    public var sha256: String
    /// Voxels along z, y, x.
    public var shape: [Int]
    /// Millimetres along z, y, x.
    public var spacingMm: [Double]
    /// The fold that validates on this case; nil for unlabelled cases, and where one case alone makes no folds.
    public var fold: Int?
    /// Whether the file holds a label.
    public var isLabelled: Bool
    /// What is known about the prepared voxels.
    public var statistics: CaseStatistics
    /// Where the case came from.
    public var source: CaseSource
    /// What to look at before training on the case.
    public var warnings: [String]
    /// What the data set's tables say about the case, such as a tumour's grade; nil where they say nothing.
    public var attributes: [String: String]?

    /// The entry of a case that was written, in no fold yet.
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

    /// The entry of a case that is prepared already, from what its file says.
    public init(_ reader: CaseFileReader, written: CaseFileWriter.Written, warnings: [String]) {
      self.init(
        caseIdentifier: reader.caseIdentifier, written: written,
        shape: [reader.shape.z, reader.shape.y, reader.shape.x],
        spacingMm: [reader.affine.spacing.z, reader.affine.spacing.y, reader.affine.spacing.x],
        isLabelled: reader.isLabelled, statistics: reader.statistics, source: reader.source, warnings: warnings)
    }

    /// The numbers over the data set that the case's file states; nil where no stage asks for such.
    /// - Parameters:
    ///   - asked: the stages that prepared it.
    ///   - folder: of the prepared cases.
    /// - Throws: what `CaseFileReader` throws.
    public func datasetNumbers(of asked: [Stage], in folder: String) throws -> DatasetNumbers? {
      DatasetNumbers(of: asked, stated: try CaseFileReader(path: Folder.join(folder, file)).decisions)
    }

    /// Where a case's file lies below the folder of prepared data.
    public static func file(_ caseIdentifier: String) -> String { "cases/\(caseIdentifier).h5" }
  }

  /// A case that a run did not prepare, and why. One that failed may be in `cases` too, as it was prepared earlier.
  public struct Absent: Sendable, Codable, Equatable {
    /// The case's name in the data set.
    public var caseIdentifier: String
    /// Why it was not prepared, in one line.
    public var reason: String

    /// A case that was not prepared, and why.
    public init(caseIdentifier: String, reason: String) {
      self.caseIdentifier = caseIdentifier
      self.reason = reason
    }
  }

  /// Always `Manifest.format`.
  public var format = Manifest.format
  /// Always `Manifest.version` in what is written.
  public var formatVersion = Manifest.version
  /// The pipeline's name.
  public var name: String
  /// Channel names by channel number.
  public var channels: [String]
  /// Class names by class number; empty for a number that no class has.
  public var classes: [String]
  /// The digest of what decides the cases' bytes.
  public var ingestDigest: String
  /// The digest of what decides the folds.
  public var foldsDigest: String
  /// Folds that were made; 0 where one case alone makes none.
  public var folds: Int
  /// Sorted by identifier.
  public var cases: [Case]
  /// Cases that the rules leave out, sorted by identifier.
  public var excluded: [Absent]
  /// Cases that could not be prepared, sorted by identifier; those that were earlier, and stay so, are in `cases` too.
  public var failed: [Absent]
  /// The numbers over the data set that the cases were prepared by; nil where no stage asks for such.
  public var datasetNumbers: DatasetNumbers?
  /// What fold_safe stages do to the prepared values, to be applied where a fold is read; nil where there are none.
  public var deferredMaps: DeferredMaps?
  /// What to know about the whole, such as fewer folds than were asked for.
  public var warnings: [String]
  /// Folds of cases that a run in progress makes anew, for the next run should this one be stopped; nil once it is done.
  public var heldFolds: [String: Int]?

  /// A manifest of no cases yet.
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

  /// Reads the manifest that must be in a folder.
  /// - Throws: `ManifestError`.
  public static func required(folder: String) throws -> Manifest {
    guard let manifest = try read(folder: folder) else { throw ManifestError.absent(folder: folder) }
    return manifest
  }

  /// Reads a manifest, and holds it against the hash that it states of itself; those of earlier programs state none.
  /// - Throws: `FileError`, and `ManifestError` for a file that is no manifest, one of another version, or one that was
  ///   changed.
  public static func read(path: String) throws -> Manifest {
    let bytes = try OpenFile(reading: path).contents()
    let data = Data(bytes)
    guard let head = ManifestHead(data), head.format == format else {
      throw ManifestHead.isNamed(format, in: data)
        ? ManifestError.damaged(path: path) : ManifestError.notAManifest(path: path)
    }
    guard head.formatVersion == version else {
      throw ManifestError.otherVersion(path: path, found: head.formatVersion)
    }
    guard ManifestSeal(bytes)?.isWhole != false, let manifest = try? CanonicalJSON.value(Manifest.self, from: data)
    else { throw ManifestError.damaged(path: path) }
    return manifest
  }

  /// Writes manifest.json, splits_final.json (nnU-Net's) and datalist.json (MONAI's), each atomically.
  /// - Parameter flush: whether to wait until they, and the names of the cases' files, are on the disk.
  public func write(folder: String, flush: Bool = true) throws {
    if flush { try Folder.synchronize(folder + "/cases") }
    for (name, text) in try lists() { try AtomicFile.write(text, to: folder + "/" + name, flush: flush) }
    try AtomicFile.write(try ManifestSeal.text(self), to: folder + "/manifest.json", flush: flush)
  }

  /// The files beside the manifest that follow from it.
  func lists() throws -> [(name: String, text: String)] {
    [
      ("splits_final.json", try CanonicalJSON.text(splits)), ("datalist.json", try CanonicalJSON.text(datalist)),
    ]
  }

  /// The manifest without some cases, which only its `heldFolds` still speak of.
  public func without(_ identifiers: [String]) -> Manifest {
    let gone = Set(identifiers)
    var manifest = self
    manifest.cases.removeAll { gone.contains($0.caseIdentifier) }
    if !gone.isEmpty { manifest.heldFolds = assignments }
    return manifest
  }

  /// The fold of each case that is in one, or was when a run that was stopped began.
  public var assignments: [String: Int] {
    cases.reduce(into: heldFolds ?? [:]) { folds, item in folds[item.caseIdentifier] = item.fold }
  }

  /// One training and validation split per fold.
  public struct Split: Sendable, Codable, Equatable {
    /// Identifiers to train on, sorted.
    public var train: [String]
    /// Identifiers to validate on, sorted.
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
  /// Broken JSON, keys missing or of another type, or not the text that was written.
  case damaged(path: String)
  case otherVersion(path: String, found: Int)
  /// A folder without a manifest.
  case absent(folder: String)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .notAManifest(let path):
      "\(path): not a manifest of prepared data, found another text, expected JSON of format \"\(Manifest.format)\""
    case .damaged(let path):
      "\(path): the manifest is damaged, found other bytes than `segprep ingest` wrote, expected those that its "
        + "manifest_sha256 states; remove it and run that again: whole cases are kept"
    case .absent(let folder):
      "\(folder): no manifest.json there, expected the folder that `segprep ingest --out` wrote"
    case .otherVersion(let path, let found):
      "\(path): the manifest is of another version, found \(found), expected \(Manifest.version); "
        + "use the segprep that wrote it, or ingest again"
    }
  }
}
