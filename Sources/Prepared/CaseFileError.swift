/// Why an HDF5 file is not a prepared case that can be read.
public enum CaseFileError: Error, Equatable, CustomStringConvertible {
  /// An HDF5 file of somebody else's; `format` is what its attribute of that name says.
  case notACase(path: String, format: String?)
  /// A prepared case of another version of the format.
  case otherVersion(path: String, found: Double?)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .notACase(let path, let format):
      // Reflected, because a damaged text may hold line breaks.
      let found = format.map { "format \(String(reflecting: $0))" } ?? "HDF5 without a format"
      return "\(path): not a prepared case, found \(found), expected format \"\(CaseFileWriter.format)\"; "
        + "look at it with h5dump, or give a file that `segprep ingest` wrote"
    case .otherVersion(let path, let found):
      let version = found.map { Int(exactly: $0).map(String.init) ?? "\($0)" } ?? "none"
      return "\(path): the case is of another version, found \(version), expected \(CaseFileWriter.version); "
        + "use the segprep that wrote it, or ingest again"
    }
  }
}
