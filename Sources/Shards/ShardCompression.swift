import HDF5

/// How a patch's bytes are packed. All but `none` shuffle the image's bytes first: all lowest bytes, then all next ones.
public enum ShardCompression: Sendable, Equatable {
  /// As they are; HDF5 reads them without any filter.
  case none
  /// zlib's format; HDF5's own filter 1. Level 1 (fastest) to 9.
  case deflate(level: Int)
  /// HDF5 filter 32004.
  case lz4
  /// HDF5 filter 32015. Level 1 (fastest) to 19.
  case zstd(level: Int)

  /// The names in a pipeline file.
  public static let names = ["none", "deflate", "lz4", "zstd"]

  /// The compression of that name; nil for a name there is none of, or a level that it does not have.
  /// - Parameter level: the fastest if nil.
  public init?(name: String, level: Int? = nil) {
    switch name {
    case "none" where level == nil: self = .none
    case "deflate" where (1...9).contains(level ?? 1): self = .deflate(level: level ?? 1)
    case "lz4" where level == nil: self = .lz4
    case "zstd" where (1...19).contains(level ?? 1): self = .zstd(level: level ?? 1)
    default: return nil
    }
  }

  /// As in a pipeline file.
  public var name: String {
    switch self {
    case .none: "none"
    case .deflate: "deflate"
    case .lz4: "lz4"
    case .zstd: "zstd"
    }
  }

  /// The level, where there are levels.
  public var level: Int? {
    switch self {
    case .deflate(let level), .zstd(let level): level
    case .none, .lz4: nil
    }
  }

  /// Bytes that are packed as one in LZ4's framing: a block that cannot be packed is stored and costs no time to unpack.
  static let lz4Block = 1 << 18

  /// What HDF5 is told about a dataset of values of so many bytes.
  func filters(elementBytes: Int) -> [HDF5Filter] {
    let shuffle = elementBytes > 1 ? [HDF5Filter(identifier: 2, values: [UInt32(elementBytes)])] : []
    switch self {
    case .none: return []
    case .deflate(let level): return shuffle + [HDF5Filter(identifier: 1, values: [UInt32(level)])]
    case .lz4: return shuffle + [HDF5Filter(identifier: 32004, values: [UInt32(Self.lz4Block)])]
    case .zstd(let level): return shuffle + [HDF5Filter(identifier: 32015, values: [UInt32(level)])]
    }
  }
}
