import CHDF5

extension HDF5Reader {
  /// The shape of a dataset's chunks and the filters they went through; nil for a dataset without chunks.
  public borrowing func chunking(_ name: String) throws(HDF5Error) -> (chunk: [Int], filters: [HDF5Filter])? {
    let action = "describe /\(name)"
    let dataset = try open(name)
    let creation = Identifier(
      try Gateway.call(path, action) { H5Dget_create_plist(dataset.value) }, H5Pclose)
    guard try Gateway.call(path, action, { H5Pget_layout(creation.value).rawValue }) == H5D_CHUNKED.rawValue else {
      return nil
    }
    var extents = [hsize_t](repeating: 0, count: Int(H5S_MAX_RANK))
    let rank = try Gateway.call(path, action) { H5Pget_chunk(creation.value, H5S_MAX_RANK, &extents) }
    var filters: [HDF5Filter] = []
    for index in 0..<(try Gateway.call(path, action) { H5Pget_nfilters(creation.value) }) {
      // No filter of ours has more parameters; what is beyond them HDF5 counts but does not give.
      var (flags, count, configuration) = (UInt32(0), 4, UInt32(0))
      var values = [UInt32](repeating: 0, count: count)
      let identifier = try Gateway.call(path, action) {
        H5Pget_filter2(creation.value, UInt32(index), &flags, &count, &values, 0, nil, &configuration)
      }
      filters.append(HDF5Filter(identifier: identifier, values: Array(values.prefix(count))))
    }
    return (extents.prefix(Int(rank)).map { Int(clamping: $0) }, filters)
  }

  /// Where HDF5's own index says a dataset's chunks lie: those whose first element is 0, 1, ... chunks of extent 1 along
  /// the first axis and 0 along the others.
  public borrowing func chunkPlaces(_ name: String, count: Int, rank: Int) throws(HDF5Error) -> [HDF5ChunkPlace] {
    let dataset = try open(name)
    var places: [HDF5ChunkPlace] = []
    for index in 0..<count {
      let corner = [hsize_t(index)] + [hsize_t](repeating: 0, count: rank - 1)
      places.append(try chunkPlace(of: dataset.value, corner, path: path, name: name))
    }
    return places
  }
}
