import Files

/// A header and its voxels in two files of one name: .hdr and .img, either of them with .gz.
enum FilePair {
  /// The header beside an .img file; the path itself where it is another file, or has none beside it.
  static func header(of path: String) -> String { partner(of: path, ".img", ".hdr") ?? path }

  /// The voxels beside a .hdr file.
  /// - Throws: `NIfTIError.missingData`.
  static func voxels(of path: String) throws -> String {
    if let found = partner(of: path, ".hdr", ".img") { return found }
    let (stem, ending) = split(path)
    let isNamed = stem.hasSuffix(".hdr")
    throw NIfTIError.missingData(path: path, expected: isNamed ? stem.dropLast(4) + ".img" + ending : "an .img file")
  }

  /// The file of the same name that ends in `other` where `path` ends in `own`, packed like it if there are two.
  private static func partner(of path: String, _ own: String, _ other: String) -> String? {
    let (stem, ending) = split(path)
    guard stem.hasSuffix(own) else { return nil }
    return [ending, ending.isEmpty ? ".gz" : ""].map { stem.dropLast(own.count) + other + $0 }
      .first(where: Folder.isFile)
  }

  private static func split(_ path: String) -> (stem: String, ending: String) {
    path.hasSuffix(".gz") ? (String(path.dropLast(3)), ".gz") : (path, "")
  }
}
