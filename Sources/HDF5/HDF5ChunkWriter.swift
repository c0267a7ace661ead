import CHDF5

/// Puts finished chunks into a dataset: HDF5's lock covers the write and nothing else.
public struct HDF5ChunkWriter: ~Copyable {
  private let path: String
  private let name: String
  private let chunk: [Int]
  private let dataset: Identifier

  init(path: String, name: String, chunk: [Int], dataset: consuming Identifier) {
    self.path = path
    self.name = name
    self.chunk = chunk
    self.dataset = dataset
  }

  /// Writes the chunk whose first element is `index` chunks along the first axis and 0 along the others; returns its
  /// place, which is final.
  public borrowing func write(_ bytes: UnsafeRawBufferPointer, at index: Int) throws(HDF5Error) -> HDF5ChunkPlace {
    var corner = [hsize_t](repeating: 0, count: chunk.count)
    corner[0] = hsize_t(index * chunk[0])
    let dataset = dataset.value
    try Gateway.call(path, "write /\(name)") {
      H5Dwrite_chunk(dataset, segprep_h5_default(), 0, corner, bytes.count, bytes.baseAddress)
    }
    return try chunkPlace(of: dataset, corner, path: path, name: name)
  }
}

/// Where HDF5's own index says the chunk at `corner` lies.
func chunkPlace(
  of dataset: hid_t, _ corner: [hsize_t], path: String, name: String
) throws(HDF5Error) -> HDF5ChunkPlace {
  var (mask, offset, length) = (UInt32(0), haddr_t(0), hsize_t(0))
  try Gateway.call(path, "find a chunk of /\(name)") {
    H5Dget_chunk_info_by_coord(dataset, corner, &mask, &offset, &length)
  }
  // An address that is undefined (no such chunk) is -1 once it is signed.
  return HDF5ChunkPlace(offset: Int(truncatingIfNeeded: offset), length: Int(clamping: length), filterMask: mask)
}
