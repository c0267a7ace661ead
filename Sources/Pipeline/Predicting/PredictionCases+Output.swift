import Files
import Prepared

/// What is written of cases, beside what they are read from.
extension PredictionCases {
  /// What a case's prediction is called.
  static func fileName(of identifier: String) -> String { identifier + ".nii.gz" }

  /// Refuses a folder for predictions that lies among the raw data, or where one would replace its image.
  /// - Throws: `IngestError.outputInsideRaw`, `PredictionError.outputIsInput`.
  func check(output folder: String) throws {
    if let raw { try IngestError.check(output: folder, outside: raw) }
    for (identifier, place) in zip(identifiers, places) {
      guard case .raw(let item) = place else { continue }
      let file = Folder.resolved(Folder.join(folder, Self.fileName(of: identifier)))
      for image in item.images where Folder.resolved(image.path) == file {
        throw PredictionError.outputIsInput(path: image.path)
      }
    }
  }

  /// A hash of all that decides the volume that a network is given: a prepared case's bytes and what is done to them yet,
  /// or a raw case's images and what prepares them.
  /// - Throws: `FileError`.
  func inputHash(_ index: Int) throws -> String {
    switch places[index] {
    case .prepared(_, let sha256): SHA256.hash(sha256 + (try CanonicalJSON.text(maps, compact: true)))
    case .raw(let item):
      SHA256.hash(
        try ([recipe?.plan.ingestDigest ?? ""] + item.filesOnDisk.map { try SHA256.hash(file: $0.path).sha256 })
          .joined(separator: " "))
    }
  }
}
