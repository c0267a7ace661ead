import Volumes

/// Why a file could not be read as a NIfTI volume. Each description is the one line that a user sees.
public enum NIfTIError: Error, Equatable, CustomStringConvertible {
  case empty(path: String)
  case notNIfTI(path: String, found: String)
  case shortHeader(path: String, found: Int, expected: Int)
  case badDimensions(path: String, found: String, expected: String)
  case unsupportedType(path: String, found: String)
  case badTransform(path: String, found: String)
  case badIntercept(path: String, found: String)
  case truncated(path: String, found: Int, expected: Int)
  case truncatedGzip(path: String, found: Int, expected: Int)
  /// All voxels are there, but the stream ends before the checksum that says they are right.
  case cutChecksum(path: String, found: Int)
  case corruptGzip(path: String, at: Int, detail: String)
  case tooLong(path: String, expected: Int)
  case missingData(path: String, expected: String)
  /// Named as the voxels of a pair, and no header in it.
  case missingHeader(path: String, expected: String)

  /// The line the user sees.
  public var description: String {
    switch self {
    case .empty(let path):
      "\(path): the file is empty, found 0 bytes, expected a NIfTI header of 348; download or copy it again"
    case .notNIfTI(let path, let found):
      "\(path): not a NIfTI file, found \(found), expected a header of 348 or 540 bytes that says n+1, ni1, n+2 or ni2"
    case .shortHeader(let path, let found, let expected):
      "\(path): the header is cut short, found \(found) bytes, expected \(expected); download or copy it again"
    case .badDimensions(let path, let found, let expected):
      "\(path): unusable dimensions, found \(found), expected \(expected)"
    case .unsupportedType(let path, let found):
      "\(path): voxels are \(found), expected a scalar type (\(ScalarType.allCases.map(\.rawValue).joined(separator: ", "))); "
        + "convert the file first"
    case .badTransform(let path, let found):
      "\(path): the header places the voxels nowhere, found \(found), expected three independent axes; "
        + "mend the sform or qform"
    case .badIntercept(let path, let found):
      "\(path): scl_inter is \(found), expected a finite number; mend the header"
    case .truncated(let path, let found, let expected):
      "\(path): the file ends early, found \(found) bytes, expected \(expected); download or copy it again"
    case .truncatedGzip(let path, let found, let expected):
      "\(path): the gzip stream ends early, found \(found) bytes once unpacked, expected \(expected); "
        + "download or copy it again"
    case .cutChecksum(let path, let found):
      "\(path): the gzip stream ends early, found \(found) bytes once unpacked and no whole checksum, "
        + "expected the 8 bytes that end a stream; download or copy it again"
    case .corruptGzip(let path, let at, let detail):
      "\(path): the gzip stream is corrupt after \(at) unpacked bytes (\(detail)), expected an intact stream; "
        + "download or copy it again"
    case .tooLong(let path, let expected):
      "\(path): the gzip stream goes on far beyond the \(expected) bytes that its header promises; refused"
    case .missingData(let path, let expected):
      "\(path): a header without its voxels, expected \(expected) beside it"
    case .missingHeader(let path, let expected):
      "\(path): voxels without their header, expected \(expected) beside it"
    }
  }
}
