import HDF5
import Shards

/// A shard put together piece by piece, each of which can be wrong.
struct HostileShard {
  var format: String? = "segprep-shard"
  var version = 1
  var compression = "none"
  var patchShape = [2, 3, 4]
  var margin = [1, 0, 0]
  var classes = 2
  var fold = 0

  var imageType = ElementType.float32
  var imageShape = [2, 1, 4, 3, 4]
  var imageChunk = [1, 1, 4, 3, 4]
  var filters: [HDF5Filter] = []
  var labelShape = [2, 4, 3, 4]
  var labelChunk = [1, 4, 3, 4]
  var hasLabel = true

  var cases = ["a", "a"]
  var group: String? = "a"
  var affine = [Double](repeating: 1, count: 16)
  var padValues = [0.0]
  var caseShape = [9, 9, 9]
  /// Columns of the index; nil where the place of the chunk that is written is to be put.
  var folds: [Int32] = [0, 0]
  var origins: [Int64] = [0, 0, 0, 1, 1, 1]
  var counts: [Int64] = [20, 4, 24, 0]
  var offset: Int64?
  var length: Int64?
  var rows = 2

  func write(to path: String) throws {
    let file = try HDF5Writer(path: path)
    if let format { try file.setAttribute("format", format) }
    try file.setAttribute("format_version", [version], shape: [])
    try file.setAttribute("set", "s")
    try file.setAttribute("fold", [fold], shape: [])
    try file.setAttribute("patch_shape_zyx", patchShape, shape: [patchShape.count])
    try file.setAttribute("margin_zyx", margin, shape: [margin.count])
    try file.setAttribute("classes", [classes], shape: [])
    try file.setAttribute("compression", compression)
    try file.setAttribute("content_digest", "d")
    try file.write("{}", to: "plan")
    try file.createGroup("cases")
    if let group {
      try file.createGroup("cases/" + group)
      try file.setAttribute("affine", affine, shape: [affine.count], on: "cases/" + group)
      try file.setAttribute("pad_value", padValues, shape: [padValues.count], on: "cases/" + group)
      try file.setAttribute("shape_zyx", caseShape, shape: [caseShape.count], on: "cases/" + group)
    }
    let image = try file.createChunkedDataset(
      "image", type: imageType, shape: imageShape, chunk: imageChunk, filters: filters)
    let (offset, length) = try store(image, bytes: 4 * 4 * 3 * 4)
    try file.createGroup("index")
    _ = try file.write(cases, to: "index/case")
    try put(folds, "fold", file)
    try put([UInt32](repeating: 0, count: rows), "flags", file)
    try put([Int32](repeating: 0, count: rows), "variant", file)
    try put(origins, "origin_zyx", file, width: 3)
    try put([self.offset ?? offset, offset], "offset_image", file)
    try put([self.length ?? length, length], "length_image", file)
    try put([UInt32](repeating: 0, count: rows), "crc32c_image", file)
    if hasLabel {
      let label = try file.createChunkedDataset(
        "label", type: .uint8, shape: labelShape, chunk: labelChunk, filters: filters)
      let (offset, length) = try store(label, bytes: 4 * 3 * 4)
      try put([offset, offset], "offset_label", file)
      try put([length, length], "length_label", file)
      try put([UInt32](repeating: 0, count: rows), "crc32c_label", file)
      try put(counts, "class_counts", file, width: max(1, counts.count / rows))
    }
    try file.close()
  }

  private func store(_ dataset: borrowing HDF5ChunkWriter, bytes: Int) throws -> (Int64, Int64) {
    let place = try [UInt8](repeating: 0, count: bytes).withUnsafeBytes { try dataset.write($0, at: 0) }
    return (Int64(place.offset), Int64(place.length))
  }

  private func put<Element: HDF5Element>(
    _ values: [Element], _ name: String, _ file: borrowing HDF5Writer, width: Int? = nil
  ) throws {
    _ = try file.createDataset(
      "index/" + name, type: Element.elementType, shape: width.map { [values.count / $0, $0] } ?? [values.count])
    try file.write(values, to: "index/" + name)
  }
}
