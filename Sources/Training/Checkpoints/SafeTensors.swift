import Files
import Foundation

/// Tensors in a file, in the format safetensors: eight bytes with the length of a header, the header as JSON, the values.
///
/// Python reads it with `safetensors`, or with `json` and `numpy.frombuffer`.
public struct SafeTensors: Sendable {
  /// The header's free texts.
  public let metadata: [String: String]
  private let source: Source
  private let entries: [String: Entry]
  /// Where the values begin.
  private let start: Int

  /// The file, held open: one that takes its name meanwhile is another.
  private final class Source: Sendable {
    let file: OpenFile

    init(path: String) throws(FileError) { file = try OpenFile(reading: path) }
  }

  /// Where a tensor lies.
  fileprivate struct Entry: Codable, Sendable {
    var dtype: String
    var shape: [Int]
    var dataOffsets: [Int]

    enum CodingKeys: String, CodingKey {
      case dtype, shape
      case dataOffsets = "data_offsets"
    }

    var bytes: Int { dataOffsets[1] - dataOffsets[0] }

    /// Whether it lies in a file with so many bytes of values, and has as many as its shape needs.
    func fits(in bytes: Int) -> Bool {
      guard dtype == SafeTensors.floats, dataOffsets.count == 2, (0...bytes).contains(dataOffsets[0]),
        (dataOffsets[0]...bytes).contains(dataOffsets[1])
      else { return false }
      var count = MemoryLayout<Float>.size
      for extent in shape {
        let (product, overflow) = count.multipliedReportingOverflow(by: extent)
        guard extent >= 0, !overflow else { return false }
        count = product
      }
      return count == self.bytes
    }
  }

  fileprivate enum Header {
    case metadata([String: String])
    case tensor(Entry)
  }

  /// Bytes of a header at most, as the format has it: a wrong length is not to take all memory.
  private static let longestHeader = 100_000_000
  private static let floats = "F32"
  private static let metadataKey = "__metadata__"

  /// Writes tensors of the type `float32`; the file is there whole or not at all.
  /// - Throws: `FileError`, `TrainingError`.
  public static func write(_ tensors: [NamedTensor], metadata: [String: String], to path: String) throws {
    var header = [metadataKey: Header.metadata(metadata)]
    var end = 0
    for named in tensors {
      let start = end
      end += named.tensor.count * MemoryLayout<Float>.size
      header[named.name] = .tensor(Entry(dtype: floats, shape: named.tensor.shape, dataOffsets: [start, end]))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var json = Array(try encoder.encode(header))
    // Values begin at a multiple of eight bytes.
    json += Array(repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8)
    let head = withUnsafeBytes(of: UInt64(json.count).littleEndian, Array.init) + json
    try AtomicFile.write(to: path) { temporary in
      let file = try OpenFile(writing: temporary, truncate: true)
      try head.withUnsafeBytes { try file.write($0, at: 0) }
      var place = head.count
      for named in tensors {
        let values: [Float] = try named.tensor.values()
        try values.withUnsafeBytes { try file.write($0, at: place) }
        place += values.count * MemoryLayout<Float>.size
      }
    }
  }

  /// Reads a file's header; values are read when they are asked for.
  /// - Throws: `FileError`, and `TrainingError.notACheckpoint` for other files, and those that are not whole.
  public init(path: String) throws {
    func refused(_ what: String) -> TrainingError { .notACheckpoint(path: path, what: what) }
    source = try Source(path: path)
    let bytes = try source.file.length()
    guard let first = try source.file.bytes(0..<8) else {
      throw refused("found \(bytes) bytes, expected a header")
    }
    let length = first.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    guard length <= UInt64(min(bytes - 8, Self.longestHeader)) else {
      throw refused("found \(bytes) bytes, expected a header of \(length)")
    }
    start = 8 + Int(length)
    let json = try source.file.bytes(8..<start) ?? []
    guard let header = try? JSONDecoder().decode([String: Header].self, from: Data(json)) else {
      throw refused("found a header that is no JSON of tensors, expected one of safetensors")
    }
    var (metadata, entries) = ([String: String](), [String: Entry]())
    for (name, value) in header {
      switch value {
      case .metadata(let texts): metadata = texts
      case .tensor(let entry):
        guard entry.fits(in: bytes - start) else {
          throw refused("found \(bytes) bytes, expected \(name) whole, of the type \(Self.floats)")
        }
        entries[name] = entry
      }
    }
    self.metadata = metadata
    self.entries = entries
  }

  /// The tensors' names, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// The extents of a tensor; nil where there is none of that name.
  func shape(of name: String) -> [Int]? { entries[name]?.shape }

  /// Fills tensors with the values that the file has under their names.
  /// - Throws: `FileError`, and `TrainingError.otherCheckpoint` where one is missing or has another shape.
  func fill(_ tensors: [NamedTensor]) throws {
    try Torch.withoutGradients {
      for named in tensors {
        let shape = named.tensor.shape
        guard let entry = entries[named.name], entry.shape == shape else {
          let found = entries[named.name].map { "shape \($0.shape)" } ?? "none"
          throw TrainingError.otherCheckpoint(
            path: source.file.path, what: named.name, found: found, expected: "shape \(shape)")
        }
        let stored = try [Float](unsafeUninitializedCapacity: entry.bytes / MemoryLayout<Float>.size) { buffer, count in
          let got = try source.file.read(into: UnsafeMutableRawBufferPointer(buffer), at: start + entry.dataOffsets[0])
          guard got == entry.bytes else {
            throw TrainingError.notACheckpoint(
              path: source.file.path, what: "found \(got) bytes of \(named.name), expected \(entry.bytes)")
          }
          count = buffer.count
        }
        try named.tensor.copy(try Tensor(stored, shape: shape))
      }
    }
  }
}

extension SafeTensors.Header: Codable {
  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let entry = try? container.decode(SafeTensors.Entry.self) {
      self = .tensor(entry)
    } else {
      self = .metadata(try container.decode([String: String].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .metadata(let texts): try container.encode(texts)
    case .tensor(let entry): try container.encode(entry)
    }
  }
}
