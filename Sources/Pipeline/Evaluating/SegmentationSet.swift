import Datasets
import Files
import Prepared

/// Segmentations by case, as a folder or a single file holds them.
struct SegmentationSet {
  /// Where a case's segmentation lies.
  enum Place: Equatable {
    case nifti(String)
    case prepared(String)

    var path: String {
      switch self {
      case .nifti(let path), .prepared(let path): path
      }
    }
  }

  /// The file or folder.
  let path: String
  /// Whether it is one segmentation, whose name says nothing about its case.
  let isSingle: Bool
  /// By case identifier.
  let places: [String: Place]

  /// A file; or a folder of `CASE.nii.gz`, or of folders `CASE` that hold a `segmentation.nii.gz`, each also as `.nii`.
  /// - Throws: `EvaluationError`, `FileError`.
  init(path: String) throws {
    self.path = path
    isSingle = Folder.isFile(path)
    if isSingle {
      let place: Place = path.hasSuffix(".h5") ? .prepared(path) : .nifti(path)
      places = [Self.identifier(ofFile: path): place]
      return
    }
    guard Folder.isFolder(path) else { throw EvaluationError.nothing(path: path) }
    let names = try Folder.names(in: path)
    var places: [String: Place] = [:]
    for name in names {
      let item = Folder.join(path, name)
      if let stem = Self.stem(name), Folder.isFile(item) {
        try Self.put(.nifti(item), stem, &places)
      } else if let inner = Self.inside(item) {
        try Self.put(.nifti(inner), name, &places)
      }
    }
    guard !places.isEmpty else { throw EvaluationError.noSegmentations(path: path, found: names) }
    self.places = places
  }

  /// The labelled cases of a folder of prepared cases.
  init(prepared path: String, cases: [Manifest.Case]) {
    self.path = path
    isSingle = false
    places = Dictionary(
      cases.filter(\.isLabelled).map { ($0.caseIdentifier, .prepared(Folder.join(path, $0.file))) }
    ) { first, _ in first }
  }

  /// The labels of a data set as its layout finds them.
  init(raw path: String, _ cases: [RawCase]) throws(EvaluationError) {
    self.path = path
    isSingle = false
    let labelled = cases.compactMap { item in item.label.map { (item.identifier, Place.nifti($0.path)) } }
    places = Dictionary(labelled) { first, _ in first }
    guard !places.isEmpty else { throw .noSegmentations(path: path, found: cases.map(\.identifier)) }
  }

  private static func put(_ place: Place, _ identifier: String, _ places: inout [String: Place]) throws {
    if let other = places.updateValue(place, forKey: identifier) {
      throw EvaluationError.twice(identifier: identifier, first: other.path, second: place.path)
    }
  }

  /// What a case is called of which there is a file alone.
  static func identifier(ofFile path: String) -> String {
    let name = Folder.lastName(of: path)
    return stem(name) ?? name
  }

  /// A NIfTI file's name without its endings; nil for another file's.
  private static func stem(_ name: String) -> String? {
    for ending in [".nii.gz", ".nii"] where name.hasSuffix(ending) && name.count > ending.count {
      return String(name.dropLast(ending.count))
    }
    return nil
  }

  private static func inside(_ folder: String) -> String? {
    [".nii.gz", ".nii"].map { Folder.join(folder, "segmentation" + $0) }.first(where: Folder.isFile)
  }
}
