import CHDF5

extension HDF5Reader {
  /// Where the bytes of a contiguous dataset begin in the file; nil for one that is stored otherwise or not at all.
  public borrowing func offset(of name: String) throws(HDF5Error) -> Int? {
    let dataset = try open(name)
    // The undefined address is the greatest one: HDF5's answer for a dataset in chunks, and for a failure.
    let offset = try Gateway.call(path, "find /\(name)") { Int64(clamping: H5Dget_offset(dataset.value)) }
    return offset == .max ? nil : Int(offset)
  }
}
