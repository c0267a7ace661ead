import Files
import Volumes

/// Reads a volume plane by plane, in one pass over the file, unpacking as it goes.
public final class NIfTIReader: PlaneSource, @unchecked Sendable {
  /// The file's header.
  public let header: NIfTIHeader
  /// How the voxels lie in the file.
  public let layout: ArrayLayout
  private let stream: any ByteStream
  private var planesRead = 0

  /// Bytes beyond the voxels that are still read, to reach a gzip member's checksum.
  private static let trailingLimit = 16 << 20
  /// Deflate cannot shrink more than this (RFC 1951: 258 bytes in 2 bits): a header that promises more lies.
  private static let greatestRatio = 1032
  /// Bytes; a plane of a whole-body CT has a tenth of it.
  private static let largePlane = 32 << 20

  /// Opens a 3-D volume and reads its header; the file's length is held against what the header promises before
  /// anything is allocated.
  public convenience init(path: String) throws {
    try self.init(header: try NIfTIHeader(path: path))
  }

  /// Opens the 3-D volume of a header that was read before.
  /// - Parameter orientation: stands in for the header's own, for a label that lies on its image's grid.
  public convenience init(header: NIfTIHeader, orientation: Orientation? = nil) throws {
    var layout = try header.layout()
    if let orientation { layout.orientation = orientation }
    try self.init(header: header, layout: layout)
  }

  /// Opens the voxels of `header`, all of its dimensions beyond the third one after the other, as one stack of planes;
  /// where planes are so large that a program would notice, as a stack of rows.
  public convenience init(allDimensionsOf header: NIfTIHeader) throws {
    guard header.extents[0] <= ArrayLayout.longestAxis else { throw header.tooLongAnAxis }
    let isLarge = header.extents[..<2].reduce(header.scalar.bytes, *) > Self.largePlane
    try self.init(stacking: header, from: isLarge ? 1 : 2)
  }

  /// Opens the voxels of `header` with all dimensions from `slow` on (1 or 2) laid out as one, the third.
  convenience init(stacking header: NIfTIHeader, from slow: Int) throws {
    let fast = Array(header.extents[..<slow])
    let stacked = fast + Array(repeating: 1, count: 2 - slow) + [header.extents[slow...].reduce(1, *)]
    try self.init(
      header: header,
      layout: ArrayLayout(
        extents: stacked, orientation: header.orientation, scalar: header.scalar, isByteSwapped: header.isByteSwapped,
        slope: header.slope, intercept: header.intercept))
  }

  private init(header: NIfTIHeader, layout: ArrayLayout) throws {
    self.header = header
    self.layout = layout
    stream = try openByteStream(header.dataPath)
    let length = try OpenFile(reading: header.dataPath).length()
    let expected = header.voxelOffset + header.dataBytes
    if stream is GzipStream {
      guard expected / Self.greatestRatio <= length else {
        throw NIfTIError.truncatedGzip(
          path: header.dataPath, found: min(expected, length * Self.greatestRatio), expected: expected)
      }
    } else {
      guard length >= expected else {
        throw NIfTIError.truncated(path: header.dataPath, found: length, expected: expected)
      }
    }
    try complete(expected: header.voxelOffset) { try stream.skip(header.voxelOffset) }
  }

  /// Fills `plane` with the next plane's stored bytes; after the last one the rest of a gzip stream is checked.
  public func readPlane(into plane: UnsafeMutableRawBufferPointer) throws {
    precondition(planesRead < layout.planes && plane.count == layout.planeBytes, "one plane, and not beyond the last")
    try complete(expected: plane.count) { try stream.read(into: plane) }
    planesRead += 1
    if planesRead == layout.planes { try finish() }
  }

  private func finish() throws {
    do {
      try stream.finish(limit: Self.trailingLimit)
    } catch NIfTIError.truncatedGzip(let path, let found, _) {
      // All voxels are there, but nothing says that they are the right ones.
      throw NIfTIError.cutChecksum(path: path, found: found)
    }
  }

  /// Runs a read that must give `expected` bytes, and says how much of the file was there if it does not.
  private func complete(expected: Int, _ read: () throws -> Int) throws {
    let whole = header.voxelOffset + header.dataBytes
    do {
      let got = try read()
      guard got == expected else {
        let found =
          (planesRead == 0 && expected == header.voxelOffset ? 0 : header.voxelOffset)
          + planesRead * layout.planeBytes + got
        throw NIfTIError.truncated(path: header.dataPath, found: found, expected: whole)
      }
    } catch NIfTIError.truncatedGzip(let path, let found, _) {
      throw NIfTIError.truncatedGzip(path: path, found: found, expected: whole)
    }
  }
}
