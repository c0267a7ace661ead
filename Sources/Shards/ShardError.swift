import Files
import HDF5
import Preprocessing
import Volumes

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Why a shard cannot be written or read. Each description is the one line that a user sees.
public enum ShardError: Error, Equatable, CustomStringConvertible {
  /// A layout that no file can have.
  case layout(found: String)
  /// A voxel that has no half-precision number.
  case tooLarge(caseIdentifier: String, found: Float)
  /// A voxel of an augmented version that has no half-precision number.
  case variantTooLarge(caseIdentifier: String, origin: Shape, variant: Int, found: Float)
  /// A label's value that is no class.
  case foreignClass(caseIdentifier: String, found: Int, classes: Int)
  /// One shard too many: all that are streamed are open at one time.
  case tooManyOpen(FileError)
  /// HDF5 of somebody else's; `format` is what its attribute of that name says.
  case notAShard(path: String, format: String?)
  case otherVersion(path: String, found: Double?)
  /// A file whose bytes are not those that were written.
  case otherBytes(path: String, found: String, expected: String)
  /// Something in a shard that cannot be so.
  case unsound(path: String, name: String, found: String, expected: String)
  /// A patch whose stored bytes are not those that were written.
  case damagedPatch(path: String, patch: Int, caseIdentifier: String, what: String, found: String, expected: String)
  /// A value that was to be read as half precision and has no such number.
  case beyondHalf(caseIdentifier: String, found: Float)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .layout(let found):
      return "patches: cannot be stored, found \(found), expected 1 voxel to 2^31 - 1 bytes a patch before "
        + "compression, margin included, and at most 256 classes; change shape, margin or image"
    case .tooLarge(let caseIdentifier, let found):
      return "\(caseIdentifier): a value is too large for float16, found \(found), expected at most 65504; "
        + "give shards: {image: float32}, or clip or rescale in the pipeline"
    case .variantTooLarge(let caseIdentifier, let origin, let variant, let found):
      return "\(caseIdentifier): patch at \(origin.array), variant \(variant): a value is too large for float16 once "
        + "augmented, found \(found), expected at most 65504; give shards: {image: float32}, or augment less"
    case .foreignClass(let caseIdentifier, let found, let classes):
      return "\(caseIdentifier): the label has a value that is no class, found \(found), expected 0 to \(classes - 1); "
        + "prepare the case again"
    case .tooManyOpen(let error):
      return "\(error), or make fewer, larger shards (shards: {file_patches: N})"
    case .notAShard(let path, let format):
      return "\(path): not a shard, found \(format.map { "format \"\($0)\"" } ?? "HDF5 without a format"), "
        + "expected format \"\(ShardWriter.format)\"; look at it with h5dump, or give a file that `segprep shard` wrote"
    case .otherVersion(let path, let found):
      let version = found.map { Int(exactly: $0).map(String.init) ?? "\($0)" } ?? "none"
      return "\(path): the shard is of another version, found \(version), expected \(ShardWriter.version); "
        + "use the segprep that wrote it, or make the shards again"
    case .otherBytes(let path, let found, let expected):
      return "\(path): not the bytes that were written, found \(found), expected \(expected); "
        + "run `segprep repair`, or copy the file again"
    case .unsound(let path, let name, let found, let expected):
      return "\(path): unsound \(name), found \(found), expected \(expected); "
        + "run `segprep repair`, or copy the file again"
    case .damagedPatch(let path, let patch, let caseIdentifier, let what, let found, let expected):
      return "\(path): patch \(patch) of \(caseIdentifier): \(what) is damaged, found \(found), expected \(expected)"
    case .beyondHalf(let caseIdentifier, let found):
      return "\(caseIdentifier): a value is too large for float16, found \(found), expected at most 65504; "
        + "read it as float32"
    }
  }
}

extension ShardError {
  /// Opens the shard at `path`. One too many is the same error whoever meets it, with what to do.
  public static func opening<Opened: ~Copyable>(_ path: String, _ body: () throws -> Opened) throws -> Opened {
    do {
      return try body()
    } catch let error as FileError where error.isOutOfFiles {
      throw tooManyOpen(error)
    } catch let error as HDF5Error where error.isOutOfFiles {
      throw tooManyOpen(FileError(path: path, action: "open", code: EMFILE))
    }
  }
}
