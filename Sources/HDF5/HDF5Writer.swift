import CHDF5

/// Writes a new HDF5 file whose bytes depend on nothing but what is put into it: no times.
///
/// Contiguous datasets are uncompressed, and their place in the file is known as soon as they are made: the caller may
/// write their bytes itself, from as many threads as it likes, after `close`.
public struct HDF5Writer: ~Copyable {
  private let path: String
  private let file: Identifier

  /// Datasets begin on such a boundary, so that they can be mapped.
  private static let alignment: hsize_t = 4096

  /// Creates (or empties) the file.
  public init(path: String) throws(HDF5Error) {
    self.path = path
    let creation = Identifier(
      try Gateway.call(path, "prepare HDF5") { H5Pcreate(segprep_h5_file_create()) }, H5Pclose)
    let access = try Gateway.access(path)
    try Gateway.call(path, "prepare HDF5") { H5Pset_obj_track_times(creation.value, false) }
    try Gateway.call(path, "prepare HDF5") { H5Pset_alignment(access.value, Self.alignment, Self.alignment) }
    file = Identifier(
      try Gateway.call(path, "create the file") {
        H5Fcreate(path, segprep_h5_truncate(), creation.value, access.value)
      }, H5Fclose)
  }

  /// Makes a contiguous dataset and returns the place in the file of its first byte (little-endian, C order).
  public borrowing func createDataset(
    _ name: String, type: ElementType, shape: [Int]
  ) throws(HDF5Error) -> Int {
    let dataset = try createDataset(name, type: type.identifier, shape: shape) { creation, action throws(HDF5Error) in
      try Gateway.call(path, action) { H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY) }
    }
    return try datasetOffset(dataset.value, path: path, name: name)
  }

  /// Makes a dataset whose chunks the caller fills with bytes that have been through the filters already.
  /// - Parameter filters: in the order in which they were applied; HDF5 need not have them, only whoever reads.
  public borrowing func createChunkedDataset(
    _ name: String, type: ElementType, shape: [Int], chunk: [Int], filters: [HDF5Filter]
  ) throws(HDF5Error) -> HDF5ChunkWriter {
    let dataset = try createDataset(name, type: type.identifier, shape: shape) { creation, action throws(HDF5Error) in
      try Gateway.call(path, action) { H5Pset_chunk(creation, Int32(chunk.count), chunk.map { hsize_t($0) }) }
      for filter in filters {
        try Gateway.call(path, action) {
          H5Pset_filter(
            creation, filter.identifier, UInt32(H5Z_FLAG_OPTIONAL), filter.values.count, filter.values)
        }
      }
    }
    return HDF5ChunkWriter(path: path, name: name, chunk: chunk, dataset: dataset)
  }

  /// Puts numbers into a dataset that was made for as many of them.
  public borrowing func write<Element: HDF5Element>(_ values: [Element], to name: String) throws(HDF5Error) {
    let action = "write /\(name)"
    let file = file.value
    let dataset = Identifier(
      try Gateway.call(path, action) { H5Dopen2(file, name, segprep_h5_default()) }, H5Dclose)
    try write(values, type: Element.elementType.identifier, to: dataset, action)
  }

  /// Puts one text of any length into a dataset of its own.
  public borrowing func write(_ text: String, to name: String) throws(HDF5Error) {
    let bytes = Array(text.utf8)
    let type = try textType(bytes: bytes.count, name)
    let dataset = try createDataset(name, type: type.value, shape: []) { _, _ in }
    try write(bytes.isEmpty ? [0] : bytes, type: type.value, to: dataset, "write /\(name)")
  }

  /// Puts a list of texts into a dataset of its own, each filled up with zeros to the length of the longest, which is
  /// returned with the place in the file of the first byte.
  public borrowing func write(_ texts: [String], to name: String) throws(HDF5Error) -> (offset: Int, width: Int) {
    let width = max(1, texts.map(\.utf8.count).max() ?? 1)
    let type = try textType(bytes: width, name)
    let dataset = try createDataset(name, type: type.value, shape: [texts.count]) { _, _ in }
    let bytes = texts.flatMap { Array($0.utf8) + [UInt8](repeating: 0, count: width - $0.utf8.count) }
    try write(bytes, type: type.value, to: dataset, "write /\(name)")
    return (try datasetOffset(dataset.value, path: path, name: name), width)
  }

  /// Makes a group; the one above it must be there.
  public borrowing func createGroup(_ name: String) throws(HDF5Error) {
    let action = "create group /\(name)"
    let file = file.value
    let creation = Identifier(try Gateway.call(path, action) { H5Pcreate(segprep_h5_group_create()) }, H5Pclose)
    try Gateway.call(path, action) { H5Pset_obj_track_times(creation.value, false) }
    _ = Identifier(
      try Gateway.call(path, action) {
        H5Gcreate2(file, name, segprep_h5_default(), creation.value, segprep_h5_default())
      }, H5Gclose)
  }

  /// Puts a text at the root of the file or on another object; at most 64 KB, HDF5's limit for attributes.
  public borrowing func setAttribute(_ name: String, _ text: String, on object: String = "/") throws(HDF5Error) {
    let bytes = Array(text.utf8)
    let type = try textType(bytes: bytes.count, name)
    try set(name, on: object, type: type.value, shape: [], bytes.isEmpty ? [0] : bytes)
  }

  /// Puts an array of numbers at the root of the file or on another object.
  public borrowing func setAttribute(
    _ name: String, _ values: [Double], shape: [Int], on object: String = "/"
  ) throws(HDF5Error) {
    try set(name, on: object, type: segprep_h5_float64(), shape: shape, values)
  }

  /// Puts an array of integers (64 bits) at the root of the file or on another object; shape [] for a single one.
  public borrowing func setAttribute(
    _ name: String, _ values: [Int], shape: [Int], on object: String = "/"
  ) throws(HDF5Error) {
    try set(name, on: object, type: segprep_h5_int64(), shape: shape, values.map { Int64($0) })
  }

  /// - Parameter type: looked up inside the gateway, because HDF5's constants are calls.
  private borrowing func createDataset(
    _ name: String, type: @autoclosure () -> hid_t, shape: [Int],
    configure: (_ creation: hid_t, _ action: String) throws(HDF5Error) -> Void
  ) throws(HDF5Error) -> Identifier {
    let action = "create dataset /\(name)"
    let space = Identifier(
      try Gateway.call(path, action) { H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil) }, H5Sclose)
    let creation = Identifier(try Gateway.call(path, action) { H5Pcreate(segprep_h5_dataset_create()) }, H5Pclose)
    try Gateway.call(path, action) { H5Pset_obj_track_times(creation.value, false) }
    try Gateway.call(path, action) { H5Pset_fill_time(creation.value, H5D_FILL_TIME_NEVER) }
    try configure(creation.value, action)
    let file = file.value
    return Identifier(
      try Gateway.call(path, action) {
        H5Dcreate2(file, name, type(), space.value, segprep_h5_default(), creation.value, segprep_h5_default())
      }, H5Dclose)
  }

  private borrowing func write<Value>(
    _ values: [Value], type: @autoclosure () -> hid_t, to dataset: borrowing Identifier, _ action: String
  ) throws(HDF5Error) {
    let dataset = dataset.value
    try Gateway.call(path, action) {
      values.withUnsafeBytes {
        H5Dwrite(dataset, type(), segprep_h5_all(), segprep_h5_all(), segprep_h5_default(), $0.baseAddress)
      }
    }
  }

  private borrowing func textType(bytes: Int, _ name: String) throws(HDF5Error) -> Identifier {
    let type = Identifier(try Gateway.call(path, "set \(name)") { H5Tcopy(segprep_h5_c_string()) }, H5Tclose)
    try Gateway.call(path, "set \(name)") { H5Tset_size(type.value, max(1, bytes)) }
    try Gateway.call(path, "set \(name)") { H5Tset_cset(type.value, H5T_CSET_UTF8) }
    try Gateway.call(path, "set \(name)") { H5Tset_strpad(type.value, H5T_STR_NULLPAD) }
    return type
  }

  /// - Parameter type: looked up inside the gateway, because HDF5's constants are calls.
  private borrowing func set<Value>(
    _ name: String, on object: String, type: @autoclosure () -> hid_t, shape: [Int], _ values: [Value]
  ) throws(HDF5Error) {
    let action = "set attribute \(name)"
    let type = try Gateway.call(path, action) { type() }
    let space = Identifier(
      try Gateway.call(path, action) { H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil) }, H5Sclose)
    let file = file.value
    let attribute = Identifier(
      try Gateway.call(path, action) {
        H5Acreate_by_name(
          file, object, name, type, space.value, segprep_h5_default(), segprep_h5_default(), segprep_h5_default())
      }, H5Aclose)
    try Gateway.call(path, action) { values.withUnsafeBytes { H5Awrite(attribute.value, type, $0.baseAddress) } }
  }

  /// Writes what HDF5 still holds; the datasets' own bytes come from the caller.
  public consuming func close() throws(HDF5Error) {
    let file = file.value
    try Gateway.call(path, "write the file") { H5Fflush(file, H5F_SCOPE_GLOBAL) }
  }
}

/// The place in the file of a contiguous dataset's first byte.
func datasetOffset(_ dataset: hid_t, path: String, name: String) throws(HDF5Error) -> Int {
  // The undefined address, HDF5's answer to a failure, is -1 once it is signed.
  try Gateway.call(path, "find dataset /\(name)") { Int(bitPattern: H5Dget_offset(dataset)) }
}
