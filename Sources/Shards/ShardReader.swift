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
    file = try ShardError.opening(path) { try OpenFile(reading: path) }
    if let sha256 {
      let found = try SHA256.hash(file: path).sha256
      guard found == sha256 else { throw ShardError.otherBytes(path: path, found: found, expected: sha256) }
    }
    let length = try file.length()
    let description = try ShardError.opening(path) { try ShardDescription(path: path, length: length) }
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
    precondition(voxels.count == layout.imageCount, "memory of another layout")
    guard let image = voxels.baseAddress else { return }
    var times = PatchTimes()
    try loadImage(
      patch, to: PatchOutput(image: .float32(image), label: nil, keepsMargin: true), checked: true, using: decoder,
      &times)
  }

  /// Reads a patch's label alone.
  /// - Precondition: the layout has labels.
  public func readLabel(
    _ patch: Int, into voxels: UnsafeMutableBufferPointer<UInt8>, using decoder: ShardDecoder
  ) throws {
    precondition(voxels.count == layout.labelBytes, "memory of another layout")
    guard let label = voxels.baseAddress else { return }
    var times = PatchTimes()
    try loadLabel(patch, to: label, keepsMargin: true, checked: true, using: decoder, &times)
  }

  /// A chunk's bytes as they are stored, in `memory` or, where that is nil, in the decoder's own.
  func fetch(
    _ chunk: ShardIndex.Chunk, _ what: String, of patch: Int, checked: Bool,
    into memory: UnsafeMutableRawBufferPointer?, using decoder: ShardDecoder
  ) throws -> UnsafeRawBufferPointer {
    let memory = memory ?? decoder.stored.take(chunk.length)
    guard memory.count == chunk.length else { throw unpackable(what, patch) }
    var (done, checksum) = (0, UInt32(0))
    while done < chunk.length {
      let block = UnsafeMutableRawBufferPointer(rebasing: memory[done..<min(done + Self.blockBytes, chunk.length)])
      let got = try file.read(into: block, at: chunk.offset + done)
      done += got
      guard got == block.count else {
        throw damaged(what, patch, found: "\(done) bytes", expected: "\(chunk.length)")
      }
      if checked { checksum = CRC32C.checksum(UnsafeRawBufferPointer(block), after: checksum) }
    }
    guard !checked || checksum == chunk.checksum else {
      throw damaged(
        what, patch, found: "crc32c \(CRC32C.text(checksum))", expected: CRC32C.text(chunk.checksum))
    }
    return UnsafeRawBufferPointer(memory)
  }

  /// Bytes read at a time: their checksum is taken while they lie in the second-level cache.
  private static let blockBytes = 1 << 18

  func unpackable(_ what: String, _ patch: Int) -> ShardError {
    damaged(what, patch, found: "bytes that do not unpack", expected: "\(layout.compression.name) of one patch")
  }

  func damaged(_ what: String, _ patch: Int, found: String, expected: String) -> ShardError {
    .damagedPatch(
      path: path, patch: patch, caseIdentifier: index.patches[patch].caseIdentifier, what: what, found: found,
      expected: expected)
  }
}
