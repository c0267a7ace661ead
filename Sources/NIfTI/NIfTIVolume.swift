import Volumes

/// One volume of a 4-D file as a source of its own.
///
/// Each volume has its own stream, so that volumes can be read side by side in any order and memory stays that of a few
/// planes. A gzip stream can only be read from its beginning: what lies before the volume is unpacked and dropped.
public final class NIfTIVolume: PlaneSource, @unchecked Sendable {
  /// How the volume's voxels lie in the file.
  public let layout: ArrayLayout
  private let reader: NIfTIReader
  /// The volume's first plane among all of the file's.
  private let first: Int
  private let checksFile: Bool
  /// Of the file, dropped ones included.
  private var planesRead = 0

  /// Opens the volume at `index` of a 4-D file.
  /// - Parameters:
  ///   - orientation: stands in for the header's own.
  ///   - checksFile: whether the file is read to its end after the volume, where the checksum of all of it lies; one of
  ///     several readers of a file is enough.
  /// - Precondition: four dimensions, and as many volumes.
  public init(_ header: NIfTIHeader, index: Int, orientation: Orientation? = nil, checksFile: Bool = true) throws {
    precondition(header.extents.count == 4 && (0..<header.extents[3]).contains(index), "no volume \(index)")
    var layout = try header.ofOneVolume().layout()
    if let orientation { layout.orientation = orientation }
    self.layout = layout
    self.checksFile = checksFile
    first = index * layout.planes
    // The planes of the volume, however large they are: whoever reads it has room for one.
    reader = try NIfTIReader(stacking: header, from: 2)
  }

  /// Fills `plane` with the volume's next plane.
  public func readPlane(into plane: UnsafeMutableRawBufferPointer) throws {
    precondition(planesRead < first + layout.planes, "not beyond the last plane")
    try skip(to: first)
    try reader.readPlane(into: plane)
    planesRead += 1
    if checksFile, planesRead == first + layout.planes { try skip(to: reader.layout.planes) }
  }

  private func skip(to plane: Int) throws {
    guard planesRead < plane else { return }
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: layout.planeBytes, alignment: 64)
    defer { scratch.deallocate() }
    for _ in planesRead..<plane { try reader.readPlane(into: scratch) }
    planesRead = plane
  }
}

extension NIfTIHeader {
  /// The header that each volume of a 4-D file would have by itself; of a file of three dimensions its own.
  public func ofOneVolume() -> NIfTIHeader {
    var header = self
    header.extents = Array(extents.prefix(3))
    return header
  }
}
