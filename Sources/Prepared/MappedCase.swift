import Files
import HDF5
import Volumes

/// A prepared case whose voxels are looked at where they lie in its file.
public final class MappedCase: Sendable {
  /// All but the voxels.
  public let description: CaseFileReader
  private let file: FileMapping
  private let imageOffset: Int
  private let labelOffset: Int?

  /// Maps a case's file.
  /// - Throws: what `CaseFileReader` throws, and `HDF5Error.unexpected` where voxels are not stored as segprep does.
  public init(path: String) throws {
    let description = try CaseFileReader(path: path)
    let file = try FileMapping(path: path)
    imageOffset = try Self.place(of: "image", bytes: 4 * description.channels * description.shape.count, path, file)
    labelOffset =
      description.isLabelled ? try Self.place(of: "label", bytes: description.shape.count, path, file) : nil
    self.description = description
    self.file = file
  }

  /// One channel's floats in (z, y, x) order, at any alignment; good as long as the case.
  public func image(channel: Int) -> UnsafeRawBufferPointer {
    precondition((0..<description.channels).contains(channel), "no channel \(channel)")
    let bytes = 4 * description.shape.count
    return part(at: imageOffset + channel * bytes, count: bytes)
  }

  /// The label's classes in (z, y, x) order; nil for an unlabelled case; good as long as the case.
  public var label: UnsafeRawBufferPointer? { labelOffset.map { part(at: $0, count: description.shape.count) } }

  private func part(at offset: Int, count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + count])
  }

  private static func place(of name: String, bytes: Int, _ path: String, _ file: FileMapping) throws -> Int {
    guard let offset = try HDF5Reader(path: path).offset(of: name), offset >= 0, offset <= file.bytes.count - bytes
    else {
      throw HDF5Error.unexpected(
        path: path, name: "storage of /\(name)", found: "chunks, or a place beyond the file's end",
        expected: "\(bytes) contiguous bytes")
    }
    return offset
  }
}
