/// A filter in a chunked dataset's pipeline, as HDF5 records it.
public struct HDF5Filter: Sendable, Equatable {
  /// The number it is registered under with the HDF Group.
  public var identifier: Int32
  /// Its parameters.
  public var values: [UInt32]

  /// The filter of that number.
  public init(identifier: Int32, values: [UInt32] = []) {
    self.identifier = identifier
    self.values = values
  }
}

/// Where a chunk lies in the file.
public struct HDF5ChunkPlace: Sendable, Equatable {
  /// Of its first byte.
  public var offset: Int
  /// Bytes as they are stored.
  public var length: Int
  /// A bit for each filter that was left out for this chunk.
  public var filterMask: UInt32

  /// A chunk of `length` bytes at `offset`.
  public init(offset: Int, length: Int, filterMask: UInt32 = 0) {
    self.offset = offset
    self.length = length
    self.filterMask = filterMask
  }
}
