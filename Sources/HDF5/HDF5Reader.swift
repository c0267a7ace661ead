import CHDF5

/// Reads the datasets and attributes of an HDF5 file.
public struct HDF5Reader: ~Copyable {
  let path: String
  private let file: Identifier

  /// Opens an existing file to read it.
  public init(path: String) throws(HDF5Error) {
    self.path = path
    let access = try Gateway.access(path)
    file = Identifier(
      try Gateway.call(path, "open as HDF5") { H5Fopen(path, segprep_h5_read_only(), access.value) }, H5Fclose)
  }

  /// Whether the file has an object of that name; the group above it must be there.
  public borrowing func contains(_ name: String) throws(HDF5Error) -> Bool {
    let file = file.value
    return try Gateway.call(path, "look for /\(name)") { H5Lexists(file, name, segprep_h5_default()) } > 0
  }

  /// A dataset's shape and type.
  /// - Throws: `HDF5Error.unexpected` for a type that segprep does not write.
  public borrowing func describe(_ name: String) throws(HDF5Error) -> (shape: [Int], type: ElementType) {
    let dataset = try open(name)
    let space = Identifier(try Gateway.call(path, "describe /\(name)") { H5Dget_space(dataset.value) }, H5Sclose)
    let rank = Int(try Gateway.call(path, "describe /\(name)") { H5Sget_simple_extent_ndims(space.value) })
    var extents = [hsize_t](repeating: 0, count: max(1, rank))
    try Gateway.call(path, "describe /\(name)") { H5Sget_simple_extent_dims(space.value, &extents, nil) }
    let type = Identifier(try Gateway.call(path, "describe /\(name)") { H5Dget_type(dataset.value) }, H5Tclose)
    for candidate in ElementType.allCases {
      if try Gateway.call(path, "describe /\(name)", { H5Tequal(type.value, candidate.identifier) }) > 0 {
        return (extents.prefix(rank).map { Int(clamping: $0) }, candidate)
      }
    }
    throw .unexpected(
      path: path, name: "type of /\(name)", found: "another type",
      expected: ElementType.allCases.map(\.rawValue).joined(separator: ", "))
  }

  /// Reads a whole dataset into memory that is exactly as large.
  public borrowing func read(
    _ name: String, type: ElementType, into bytes: UnsafeMutableRawBufferPointer
  ) throws(HDF5Error) {
    let found = try describe(name)
    var size = found.type.bytes
    for extent in found.shape { size = size.multipliedReportingOverflow(by: extent).partialValue }
    guard found.type == type, size == bytes.count else {
      throw .unexpected(
        path: path, name: "/\(name)", found: "\(found.type.rawValue) \(found.shape)",
        expected: "\(bytes.count) bytes of \(type.rawValue)")
    }
    let dataset = try open(name)
    try Gateway.call(path, "read /\(name)") {
      H5Dread(
        dataset.value, type.identifier, segprep_h5_all(), segprep_h5_all(), segprep_h5_default(), bytes.baseAddress)
    }
  }

  /// The place in the file of a contiguous dataset's first byte, and the bytes of one element.
  public borrowing func place(_ name: String) throws(HDF5Error) -> (offset: Int, elementBytes: Int) {
    let dataset = try open(name)
    let type = Identifier(try Gateway.call(path, "describe /\(name)") { H5Dget_type(dataset.value) }, H5Tclose)
    // 0 is HDF5's answer to a failure; no element is of so many bytes.
    let bytes = try Gateway.call(path, "describe /\(name)") { Int64(clamping: H5Tget_size(type.value)) }
    return (try datasetOffset(dataset.value, path: path, name: name), Int(bytes))
  }

  /// The numbers of a dataset of integers, which must have the shape.
  ///
  /// Nothing is allocated for a shape that the dataset does not have; that the shape is sound is the caller's to see to.
  public borrowing func integers(_ name: String, shape: [Int]) throws(HDF5Error) -> [Int] {
    let found = try describe(name)
    guard ![.float16, .float32].contains(found.type), found.shape == shape else {
      throw .unexpected(
        path: path, name: "/\(name)", found: "\(found.type.rawValue) \(found.shape)", expected: "integers \(shape)")
    }
    var values = [Int64](repeating: 0, count: max(1, shape.reduce(1, *)))
    let dataset = try open(name)
    try Gateway.call(path, "read /\(name)") {
      H5Dread(
        dataset.value, segprep_h5_native_int64(), segprep_h5_all(), segprep_h5_all(), segprep_h5_default(), &values)
    }
    return values.prefix(shape.reduce(1, *)).map { Int($0) }
  }

  /// A dataset of texts of one fixed length: a list of `count`, or a single one for nil.
  /// - Parameter limit: the most bytes that they may take together.
  public borrowing func texts(_ name: String, count: Int?, limit: Int) throws(HDF5Error) -> [String] {
    let action = "read /\(name)"
    let dataset = try open(name)
    let type = Identifier(try Gateway.call(path, action) { H5Dget_type(dataset.value) }, H5Tclose)
    let space = Identifier(try Gateway.call(path, action) { H5Dget_space(dataset.value) }, H5Sclose)
    let rank = try Gateway.call(path, action) { H5Sget_simple_extent_ndims(space.value) }
    let found = try Gateway.call(path, action) { H5Sget_simple_extent_npoints(space.value) }
    let width = try fixedWidth(of: type, "/\(name)", limit: limit / max(1, count ?? 1))
    guard rank == (count == nil ? 0 : 1), found == count ?? 1 else {
      throw .unexpected(
        path: path, name: "/\(name)", found: "\(found) texts", expected: count.map { "a list of \($0)" } ?? "one")
    }
    var bytes = [UInt8](repeating: 0, count: max(1, width * (count ?? 1)))
    try Gateway.call(path, action) {
      H5Dread(dataset.value, type.value, segprep_h5_all(), segprep_h5_all(), segprep_h5_default(), &bytes)
    }
    return (0..<(count ?? 1)).map { index in
      String(decoding: bytes[index * width..<(index + 1) * width].prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// A text at the root of the file or on another object; nil if there is none of that name.
  public borrowing func text(_ name: String, on object: String = "/") throws(HDF5Error) -> String? {
    guard let attribute = try openAttribute(name, on: object) else { return nil }
    let type = Identifier(try Gateway.call(path, "read \(name)") { H5Aget_type(attribute.value) }, H5Tclose)
    let size = try Gateway.call(path, "read \(name)") { Int64(clamping: H5Aget_storage_size(attribute.value)) }
    let width = try fixedWidth(of: type, "attribute \(name)", limit: 1 << 20)
    guard size <= width else {
      throw .unexpected(path: path, name: "attribute \(name)", found: "several texts", expected: "one")
    }
    var bytes = [UInt8](repeating: 0, count: max(1, width))
    try Gateway.call(path, "read \(name)") { H5Aread(attribute.value, type.value, &bytes) }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// Numbers at the root of the file or on another object; nil if there are none of that name.
  public borrowing func numbers(_ name: String, on object: String = "/") throws(HDF5Error) -> [Double]? {
    guard let attribute = try openAttribute(name, on: object) else { return nil }
    let space = Identifier(try Gateway.call(path, "read \(name)") { H5Aget_space(attribute.value) }, H5Sclose)
    let count = try Gateway.call(path, "read \(name)") { H5Sget_simple_extent_npoints(space.value) }
    guard count < 1 << 16 else {
      throw .unexpected(path: path, name: "attribute \(name)", found: "\(count) numbers", expected: "a few")
    }
    var values = [Double](repeating: 0, count: max(1, Int(count)))
    try Gateway.call(path, "read \(name)") { H5Aread(attribute.value, segprep_h5_native_double(), &values) }
    return Array(values.prefix(Int(count)))
  }

  /// The bytes of a text of fixed length.
  private borrowing func fixedWidth(
    of type: borrowing Identifier, _ name: String, limit: Int
  ) throws(HDF5Error) -> Int {
    let type = type.value
    let isText = try Gateway.call(path, "read \(name)") { H5Tget_class(type).rawValue } == H5T_STRING.rawValue
    let isVariable = try Gateway.call(path, "read \(name)") { H5Tis_variable_str(type) } > 0
    // 0 is HDF5's answer to a failure.
    let width = try Gateway.call(path, "read \(name)") { Int64(clamping: H5Tget_size(type)) }
    guard isText, !isVariable, width > 0, width <= limit else {
      throw .unexpected(path: path, name: name, found: "another type", expected: "a fixed-length text")
    }
    return Int(width)
  }

  /// An open dataset; the caller's to keep.
  borrowing func open(_ name: String) throws(HDF5Error) -> Identifier {
    let file = file.value
    return Identifier(
      try Gateway.call(path, "open /\(name)") { H5Dopen2(file, name, segprep_h5_default()) }, H5Dclose)
  }

  private borrowing func openAttribute(_ name: String, on object: String) throws(HDF5Error) -> Identifier? {
    let file = file.value
    let isThere = try Gateway.call(path, "look for \(name)") {
      H5Aexists_by_name(file, object, name, segprep_h5_default())
    }
    guard isThere > 0 else { return nil }
    return Identifier(
      try Gateway.call(path, "open \(name)") {
        H5Aopen_by_name(file, object, name, segprep_h5_default(), segprep_h5_default())
      }, H5Aclose)
  }
}
