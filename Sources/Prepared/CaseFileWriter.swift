import Files
import HDF5
import Parallelism
import Preprocessing
import Volumes

/// Writes `cases/<case>.h5`: image float32 (channel, z, y, x), label uint8 (z, y, x), both contiguous and uncompressed;
/// beside them the intensities of each channel's raw foreground, from which those of a data set are added up.
///
/// HDF5 lays out the file and writes the attributes. The voxels are then written straight to their places, each block
/// passing through the pending maps, the disk and the hash while it is in cache.
public struct CaseFileWriter: Sendable {
  /// What the attribute `format` says.
  public static let format = "segprep-case"
  /// What the attribute `format_version` says.
  public static let version = 1

  /// The case's name in the data set.
  public var caseIdentifier: String
  /// Where the case came from.
  public var source: CaseSource
  /// What is known about its prepared voxels.
  public var statistics: CaseStatistics
  /// The digest of the plan that made it.
  public var ingestDigest: String

  /// A writer of one case with all that goes into its attributes.
  public init(caseIdentifier: String, source: CaseSource, statistics: CaseStatistics, ingestDigest: String) {
    self.caseIdentifier = caseIdentifier
    self.source = source
    self.statistics = statistics
    self.ingestDigest = ingestDigest
  }

  /// The file that was written.
  public struct Written: Sendable {
    /// The file's length.
    public var bytes: Int
    /// The whole file's hash, in hexadecimal.
    public var sha256: String

    /// A file of `bytes` with that hash.
    public init(bytes: Int, sha256: String) {
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// Writes the case atomically; its voxels are used up (the pending maps are applied in place).
  public func write(_ state: CaseState, to path: String, flush: Bool, on workers: Workers) throws -> Written {
    try AtomicFile.write(to: path, flush: false) { temporary in
      let places: CaseContent.Places
      do {
        places = try layOut(state, at: temporary)
      } catch let error as HDF5Error {
        throw error.renamed(to: path)
      }
      let content = try CaseContent(path: temporary, state: state, places: places, flush: flush)
      try Lanes(content.lanes).run(on: workers)
      return Written(bytes: content.length, sha256: content.digest)
    }
  }

  /// Creates the file with its attributes; returns the places of each dataset's first byte.
  private func layOut(_ state: CaseState, at path: String) throws -> CaseContent.Places {
    let writer = try HDF5Writer(path: path)
    let volume = state.volume
    let shape = [volume.shape.z, volume.shape.y, volume.shape.x]
    let image = try writer.createDataset("image", type: .float32, shape: [volume.channels] + shape)
    let label = try state.label.map { _ in try writer.createDataset("label", type: .uint8, shape: shape) }
    var places = CaseContent.Places(image: image, label: label)
    for table in CaseTable.tables(of: state.survey) {
      places.tables.append((try writer.createDataset(table.name, type: table.type, shape: [table.count]), table))
    }
    let affine = volume.affine
    try writer.setAttribute("format", Self.format)
    try writer.setAttribute("format_version", [Self.version], shape: [])
    try writer.setAttribute("case", caseIdentifier)
    try writer.setAttribute("ingest_digest", ingestDigest)
    try writer.setAttribute("affine", affine.rows.flatMap { $0 } + [0, 0, 0, 1], shape: [4, 4])
    try writer.setAttribute("spacing_mm", affine.spacing.array, shape: [3])
    try writer.setAttribute("pad_value", statistics.channels.map(\.minimum), shape: [volume.channels])
    try writer.setAttribute("source_shape", source.shape, shape: [3])
    try writer.setAttribute("source_spacing_mm", source.spacingMm, shape: [3])
    try writer.setAttribute("source_orientation", source.orientation)
    try writer.setAttribute("source_transform", source.transform)
    try writer.setAttribute("source_sform_code", [source.sformCode], shape: [])
    try writer.setAttribute("source_qform_code", [source.qformCode], shape: [])
    try writer.setAttribute("source_sha256", source.images.map(\.sha256).joined(separator: " "))
    if let label = source.label { try writer.setAttribute("source_label_sha256", label.sha256) }
    try writer.setAttribute("source", CanonicalJSON.text(source, compact: true))
    try writer.setAttribute("statistics", CanonicalJSON.text(statistics, compact: true))
    try writer.setAttribute("decisions", CanonicalJSON.text(state.records, compact: true))
    try writer.close()
    return places
  }
}
