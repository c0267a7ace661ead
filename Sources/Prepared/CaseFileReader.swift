import Files
import Foundation
import HDF5
import Preprocessing
import Volumes

/// Reads a prepared case.
public struct CaseFileReader: Sendable {
  /// The file.
  public let path: String
  /// The case's name in the data set.
  public let caseIdentifier: String
  /// Images on the one grid.
  public let channels: Int
  /// Voxels along z, y, x.
  public let shape: Shape
  /// Maps a prepared voxel's index (x, y, z) to millimetres in RAS+ space.
  public let affine: Affine
  /// Whether the file holds a label.
  public let isLabelled: Bool
  /// Where the case came from.
  public let source: CaseSource
  /// What is known about the prepared voxels.
  public let statistics: CaseStatistics
  /// What each stage did, in order.
  public let decisions: [StageRecord]
  /// The digest of the plan that made it.
  public let ingestDigest: String

  /// Reads everything but the voxels; sizes are held against the file's before they are believed.
  /// - Throws: `FileError`, `HDF5Error`, and `CaseFileError` for HDF5 that is not a prepared case.
  public init(path: String) throws {
    self.path = path
    let length = try OpenFile(reading: path).length()
    let file = try HDF5Reader(path: path)
    let format = try file.text("format")
    guard format == CaseFileWriter.format else { throw CaseFileError.notACase(path: path, format: format) }
    let version = try file.numbers("format_version")?.first
    guard version == Double(CaseFileWriter.version) else {
      throw CaseFileError.otherVersion(path: path, found: version)
    }
    let image = try file.describe("image")
    isLabelled = try file.contains("label")
    let label = isLabelled ? try file.describe("label") : nil
    guard image.type == .float32, image.shape.count == 4, Self.fits(image.shape, 4, length) else {
      throw HDF5Error.unexpected(
        path: path, name: "/image", found: "\(image.type.rawValue) \(image.shape)",
        expected: "float32 (channel, z, y, x) within the file's \(length) bytes")
    }
    guard label.map({ $0.type == .uint8 && $0.shape == Array(image.shape[1...]) }) ?? true else {
      throw HDF5Error.unexpected(
        path: path, name: "/label", found: "\(label?.shape ?? [])", expected: "uint8 \(Array(image.shape[1...]))")
    }
    let numbers = try file.numbers("affine") ?? []
    guard numbers.count == 16 else {
      throw HDF5Error.unexpected(path: path, name: "affine", found: "\(numbers.count) numbers", expected: "16")
    }
    channels = image.shape[0]
    shape = Shape(z: image.shape[1], y: image.shape[2], x: image.shape[3])
    affine = Affine(rows: (0..<3).map { Array(numbers[4 * $0..<4 * $0 + 4]) })
    caseIdentifier = try file.text("case") ?? ""
    ingestDigest = try file.text("ingest_digest") ?? ""
    source = try Self.decode(CaseSource.self, "source", file, path)
    statistics = try Self.decode(CaseStatistics.self, "statistics", file, path)
    decisions = try Self.decode([StageRecord].self, "decisions", file, path)
  }

  /// The image's voxels.
  public func image() throws -> Volume {
    let voxels = Buffer<Float>(count: channels * shape.count)
    try HDF5Reader(path: path).read("image", type: .float32, into: UnsafeMutableRawBufferPointer(voxels.values))
    return Volume(channels: channels, shape: shape, voxels: voxels, affine: affine)
  }

  /// The label's voxels; nil for an unlabelled case.
  public func label() throws -> LabelMap? {
    guard isLabelled else { return nil }
    let classes = Buffer<UInt8>(count: shape.count)
    try HDF5Reader(path: path).read("label", type: .uint8, into: UnsafeMutableRawBufferPointer(classes.values))
    return LabelMap(shape: shape, classes: classes, affine: affine)
  }

  /// How bright each channel's raw foreground is; nil where there is none.
  public func rawForeground() throws -> [CaseIntensities]? {
    guard let moments = statistics.rawForeground else { return nil }
    return try moments.enumerated().map { CaseIntensities(try distribution(ofChannel: $0.offset), $0.element) }
  }

  private func distribution(ofChannel index: Int) throws -> IntensityDistribution {
    let file = try HDF5Reader(path: path)
    let (valuesName, voxelsName) = (CaseTable.valuesName(channel: index), CaseTable.voxelsName(channel: index))
    let found = try file.describe(valuesName)
    let length = try OpenFile(reading: path).length()
    guard found.shape.count == 1, Self.fits(found.shape, 12, length) else {
      throw HDF5Error.unexpected(
        path: path, name: "/\(valuesName)", found: "\(found.shape)",
        expected: "one axis within the file's \(length) bytes")
    }
    let values = Buffer<Float>(count: found.shape[0])
    let voxels = Buffer<Int64>(count: found.shape[0])
    try file.read(valuesName, type: .float32, into: UnsafeMutableRawBufferPointer(values.values))
    try file.read(voxelsName, type: .int64, into: UnsafeMutableRawBufferPointer(voxels.values))
    return IntensityDistribution(values: Array(values.values), voxels: voxels.values.map(Int.init))
  }

  private static func fits(_ shape: [Int], _ size: Int, _ length: Int) -> Bool {
    var bytes = size
    for extent in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow, product <= length else { return false }
      bytes = product
    }
    return true
  }

  private static func decode<Value: Decodable>(
    _ type: Value.Type, _ name: String, _ file: borrowing HDF5Reader, _ path: String
  ) throws -> Value {
    let text = try file.text(name) ?? ""
    guard let value = try? CanonicalJSON.value(type, from: Data(text.utf8)) else {
      throw HDF5Error.unexpected(path: path, name: name, found: "unreadable text", expected: "JSON of a prepared case")
    }
    return value
  }
}
