import Files
import HDF5
import Volumes

/// Reads a shard: the index through HDF5 once, then patches straight from their places, from any number of threads.
///
/// Nothing is allocated from the file's numbers before they are held against the file's length. HDF5 itself parses the
/// file's structure, though: on the trusted path give the hash that the manifest states, so that it opens known bytes only.
public final class ShardReader: Sendable {
  /// The file.
  public let path: String
  /// What all patches have in common.
  public let layout: ShardLayout
  /// The set's name.
  public let set: String
  /// What the patches are and where they lie.
  public let index: ShardIndex
  /// The cases that there are patches of.
  public let cases: [String: ShardCase]
  /// The resolved plan as JSON.
  public let plan: String
  /// Stands for all that decided the file's bytes.
  public let contentDigest: String
  /// The greatest rounding error of any voxel; nil for float32.
  public let worstRounding: Double?
  /// Where the columns of the index lie.
  public let indexPlaces: ShardManifest.IndexPlaces
  private let file: OpenFile

  /// Opens a shard and checks all but the patches' bytes.
  /// - Parameter sha256: what the manifest states; the file is hashed before anything of it is believed.
  /// - Throws: `ShardError`, `HDF5Error` or `FileError`.
  public init(path: String, sha256: String? = nil) throws {
    self.path = path
    file = try OpenFile(reading: path)
    if let sha256 {
      let found = try SHA256.hash(file: path).sha256
      guard found == sha256 else { throw ShardError.otherBytes(path: path, found: found, expected: sha256) }
    }
    let description = try ShardDescription(path: path, length: try file.length())
    layout = description.layout
    set = description.set
    index = description.index
    cases = description.cases
    plan = description.plan
    contentDigest = description.contentDigest
    worstRounding = description.worstRounding
    indexPlaces = description.indexPlaces
  }

  /// Reads a patch, margin included, into memory of the layout's size.
  /// - Parameters:
  ///   - patch: counted from 0 in the file.
  ///   - decoder: of the same layout; of one thread at a time.
  /// - Throws: `ShardError.damagedPatch` for bytes that are not those that were written, before they are unpacked.
  public func read(_ patch: Int, into buffers: ShardBuffers, using decoder: ShardDecoder) throws {
    try readImage(patch, into: buffers.image, using: decoder)
    if layout.isLabelled { try readLabel(patch, into: buffers.label, using: decoder) }
  }

  /// Reads a patch's image alone.
  public func readImage(
    _ patch: Int, into voxels: UnsafeMutableBufferPointer<Float>, using decoder: ShardDecoder
  ) throws {
    precondition(decoder.layout == layout && voxels.count == layout.imageCount, "memory or decoder of another layout")
    let bytes = try fetch(index.images[patch], "image", of: patch, using: decoder)
    guard decoder.decodeImage(bytes, into: voxels) else { throw unpackable("image", patch) }
  }

  /// Reads a patch's label alone.
  /// - Precondition: the layout has labels.
  public func readLabel(
    _ patch: Int, into voxels: UnsafeMutableBufferPointer<UInt8>, using decoder: ShardDecoder
  ) throws {
    precondition(decoder.layout == layout && voxels.count == layout.labelBytes, "memory or decoder of another layout")
    let bytes = try fetch(index.labels[patch], "label", of: patch, using: decoder)
    guard decoder.decodeLabel(bytes, into: voxels) else { throw unpackable("label", patch) }
  }

  /// A chunk's bytes as they are stored, checked.
  private func fetch(
    _ chunk: ShardIndex.Chunk, _ what: String, of patch: Int, using decoder: ShardDecoder
  ) throws -> UnsafeRawBufferPointer {
    let memory = decoder.stored.take(chunk.length)
    let got = try file.read(into: memory, at: chunk.offset)
    let found = CRC32C.checksum(UnsafeRawBufferPointer(rebasing: memory[..<got]))
    guard got == chunk.length, found == chunk.checksum else {
      throw damaged(
        what, patch, found: got == chunk.length ? "crc32c \(CRC32C.text(found))" : "\(got) bytes",
        expected: got == chunk.length ? CRC32C.text(chunk.checksum) : "\(chunk.length)")
    }
    return UnsafeRawBufferPointer(memory)
  }

  private func unpackable(_ what: String, _ patch: Int) -> ShardError {
    damaged(what, patch, found: "bytes that do not unpack", expected: "\(layout.compression.name) of one patch")
  }

  func damaged(_ what: String, _ patch: Int, found: String, expected: String) -> ShardError {
    .damagedPatch(
      path: path, patch: patch, caseIdentifier: index.patches[patch].caseIdentifier, what: what, found: found,
      expected: expected)
  }
}
