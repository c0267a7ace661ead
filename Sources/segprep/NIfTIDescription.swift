import NIfTI
import Pipeline
import Preprocessing
import Volumes

/// A NIfTI file in words and numbers.
struct NIfTIDescription: Encodable {
  var file: String
  var version: Int
  /// First axis (fastest on disk) first, as nibabel's shape.
  var shape: [Int]
  var dataType: String
  var byteOrder: String
  var slope: Double
  var intercept: Double
  /// Millimetres along the array's axes, first axis first.
  var spacingMm: [Double]
  var orientation: String
  var transformUsed: String
  var sformCode: Int
  var qformCode: Int
  var sform: [[Double]]?
  var qform: [[Double]]?
  var affine: [[Double]]
  /// What is odd in the header though its meaning is clear.
  var notes: [String]
  var voxels: VoxelSummary

  init(path: String) throws {
    let header = try NIfTIHeader(path: path)
    let reader = try NIfTIReader(allDimensionsOf: header)
    file = path
    version = header.version
    shape = header.extents
    dataType = header.scalar.rawValue
    byteOrder = (Int(littleEndian: 1) == 1) != header.isByteSwapped ? "little" : "big"
    slope = header.slope
    intercept = header.intercept
    spacingMm = SpatialAxis.allCases.map { header.affine.spacing[$0] }
    orientation = header.orientation.codes
    transformUsed = header.transformSource.rawValue
    sformCode = header.sformCode
    qformCode = header.qformCode
    sform = header.sform?.rows
    qform = header.qform?.rows
    affine = header.affine.rows
    notes = header.notes
    voxels = try VoxelSummary(of: reader)
  }

  var text: String {
    let scaling = slope == 1 && intercept == 0 ? "" : ", value = stored * \(slope) + \(intercept)"
    var text = """
      \(file)
        format       NIfTI-\(version), \(byteOrder)-endian
        shape        \(shape.map(String.init).joined(separator: " x ")) (first axis is fastest on disk)
        type         \(dataType)\(scaling)
        spacing      \(spacingMm.map { Quantity.number($0) }.joined(separator: " x ")) mm
        orientation  \(orientation)
        transform    \(transformUsed) is used (sform_code \(sformCode), qform_code \(qformCode))

      """
    for (name, rows) in [("sform", sform), ("qform", qform)] {
      guard let rows else { continue }
      for (index, row) in rows.enumerated() {
        text += "  \(index == 0 ? name : "     ")        "
        text += row.map { Self.padded(Quantity.number($0)) }.joined(separator: " ") + "\n"
      }
    }
    for note in notes { text += "  note         \(note)\n" }
    if voxels.count > voxels.nonfinite {
      text += "  values       \(Quantity.number(voxels.minimum)) to \(Quantity.number(voxels.maximum)), "
      text += "mean \(Quantity.number(voxels.mean))\n"
    }
    if voxels.nonfinite > 0 {
      text += "  not finite   \(voxels.nonfinite) of \(voxels.count) voxels are NaN or infinite\n"
    }
    if let distinct = voxels.distinct, distinct.count <= 16 {
      for (index, entry) in distinct.enumerated() {
        let share = Quantity.number(Double(entry.voxels) / Double(voxels.count) * 100)
        text +=
          "  \(index == 0 ? "labels" : "      ")       \(Quantity.number(entry.value)): \(entry.voxels) voxels, \(share) %\n"
      }
    } else if let distinct = voxels.distinct {
      text += "  distinct     \(distinct.count) values\n"
    }
    return text
  }

  private static func padded(_ text: String) -> String { String(repeating: " ", count: max(0, 10 - text.count)) + text }
}
