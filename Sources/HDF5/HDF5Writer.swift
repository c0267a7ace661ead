import CHDF5

/// The types a dataset can hold.
public enum ElementType: String, CaseIterable, Sendable, Equatable {
  case float32, uint8, int64

  /// Bytes per value.
  public var bytes: Int {
    switch self {
    case .float32: 4
    case .uint8: 1
    case .int64: 8
    }
  }

  var identifier: hid_t {
    switch self {
    case .float32: segprep_h5_float32()
    case .uint8: segprep_h5_uint8()
    case .int64: segprep_h5_int64()
    }
  }
}

/// Writes a new HDF5 file whose bytes depend on nothing but what is put into it: no times, no file locking.
///
/// Datasets are contiguous and uncompressed, and their place in the file is known as soon as they are made: the caller
/// writes their bytes itself, from as many threads as it likes, after `close`.
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
    let access = Identifier(try Gateway.call(path, "prepare HDF5") { H5Pcreate(segprep_h5_file_access()) }, H5Pclose)
    try Gateway.call(path, "prepare HDF5") { H5Pset_obj_track_times(creation.value, false) }
    try Gateway.call(path, "prepare HDF5") { H5Pset_alignment(access.value, Self.alignment, Self.alignment) }
    file = Identifier(
      try Gateway.call(path, "create the file") {
        H5Fcreate(path, segprep_h5_truncate(), creation.value, access.value)
      }, H5Fclose)
  }

  /// Makes a dataset and returns the place in the file of its first byte (little-endian, C order).
  public borrowing func createDataset(
    _ name: String, type: ElementType, shape: [Int]
  ) throws(HDF5Error) -> Int {
    let action = "create dataset /\(name)"
    let space = Identifier(
      try Gateway.call(path, action) { H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil) }, H5Sclose)
    let creation = Identifier(try Gateway.call(path, action) { H5Pcreate(segprep_h5_dataset_create()) }, H5Pclose)
    try Gateway.call(path, action) { H5Pset_obj_track_times(creation.value, false) }
    try Gateway.call(path, action) { H5Pset_alloc_time(creation.value, H5D_ALLOC_TIME_EARLY) }
    try Gateway.call(path, action) { H5Pset_fill_time(creation.value, H5D_FILL_TIME_NEVER) }
    let file = file.value
    let dataset = Identifier(
      try Gateway.call(path, action) {
        H5Dcreate2(
          file, name, type.identifier, space.value, segprep_h5_default(), creation.value, segprep_h5_default())
      }, H5Dclose)
    // The undefined address, HDF5's answer to a failure, is -1 once it is signed.
    return try Gateway.call(path, action) { Int(bitPattern: H5Dget_offset(dataset.value)) }
  }

  /// Puts a text at the root of the file; at most 64 KB, HDF5's limit for attributes.
  public borrowing func setAttribute(_ name: String, _ text: String) throws(HDF5Error) {
    let bytes = Array(text.utf8)
    let type = Identifier(try Gateway.call(path, "set \(name)") { H5Tcopy(segprep_h5_c_string()) }, H5Tclose)
    try Gateway.call(path, "set \(name)") { H5Tset_size(type.value, max(1, bytes.count)) }
    try Gateway.call(path, "set \(name)") { H5Tset_cset(type.value, H5T_CSET_UTF8) }
    try Gateway.call(path, "set \(name)") { H5Tset_strpad(type.value, H5T_STR_NULLPAD) }
    try set(name, type: type.value, shape: [], bytes.isEmpty ? [0] : bytes)
  }

  /// Puts an array of numbers at the root of the file.
  public borrowing func setAttribute(_ name: String, _ values: [Double], shape: [Int]) throws(HDF5Error) {
    try set(name, type: segprep_h5_float64(), shape: shape, values)
  }

  /// Puts an array of integers (64 bits) at the root of the file; shape [] for a single one.
  public borrowing func setAttribute(_ name: String, _ values: [Int], shape: [Int]) throws(HDF5Error) {
    try set(name, type: segprep_h5_int64(), shape: shape, values.map { Int64($0) })
  }

  /// - Parameter type: looked up inside the gateway, because HDF5's constants are calls.
  private borrowing func set<Value>(
    _ name: String, type: @autoclosure () -> hid_t, shape: [Int], _ values: [Value]
  ) throws(HDF5Error) {
    let action = "set attribute \(name)"
    let type = try Gateway.call(path, action) { type() }
    let space = Identifier(
      try Gateway.call(path, action) { H5Screate_simple(Int32(shape.count), shape.map { hsize_t($0) }, nil) }, H5Sclose)
    let file = file.value
    let attribute = Identifier(
      try Gateway.call(path, action) {
        H5Acreate2(file, name, type, space.value, segprep_h5_default(), segprep_h5_default())
      }, H5Aclose)
    try Gateway.call(path, action) { values.withUnsafeBytes { H5Awrite(attribute.value, type, $0.baseAddress) } }
  }

  /// Writes what HDF5 still holds; the datasets' own bytes come from the caller.
  public consuming func close() throws(HDF5Error) {
    let file = file.value
    try Gateway.call(path, "write the file") { H5Fflush(file, H5F_SCOPE_GLOBAL) }
  }
}
