import Files

/// A header and its voxels in two files of one name: .hdr and .img, either of them with .gz.
public enum FilePair {
  /// The file that holds the other half of what `path` is one half of; nil for a file that is whole, or is alone.
  public static func otherHalf(of path: String) -> String? {
    header(of: path) ?? partners(of: path, ".hdr", ".img").first(where: Folder.isFile)
  }

  /// The header beside an .img file; nil where the path is another file, or has none beside it.
  static func header(of path: String) -> String? { partners(of: path, ".img", ".hdr").first(where: Folder.isFile) }

  /// Where an .img file's header should be; nil for other files.
  static func expectedHeader(of path: String) -> String? { partners(of: path, ".img", ".hdr").first }

  /// The voxels beside a .hdr file.
  /// - Throws: `NIfTIError.missingData`.
  static func voxels(of path: String) throws(NIfTIError) -> String {
    let partners = partners(of: path, ".hdr", ".img")
    guard let found = partners.first(where: Folder.isFile) else {
      throw .missingData(path: path, expected: partners.first ?? "an .img file")
    }
    return found
  }

  /// The names that end in `other` where `path` ends in `own`, the one that is packed like it first.
  private static func partners(of path: String, _ own: String, _ other: String) -> [String] {
    let isPacked = path.hasSuffix(".gz")
    let stem = isPacked ? path.dropLast(3) : path[...]
    guard stem.hasSuffix(own) else { return [] }
    return (isPacked ? [".gz", ""] : ["", ".gz"]).map { stem.dropLast(own.count) + other + $0 }
  }
}
