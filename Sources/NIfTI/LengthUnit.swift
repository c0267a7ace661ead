import Volumes

/// What a header's lengths are in.
///
/// nibabel takes every length for millimetres; a voxel's size is what resampling rests on, so it is not guessed here.
struct LengthUnit {
  /// Millimetres in one unit.
  let millimetres: Double
  /// What a user should know about it; nil for millimetres, and where the header names no unit (read as millimetres).
  let note: String?

  /// No scanner makes voxels of 10 cm along every axis: metres that would say so are millimetres under a wrong name.
  private static let impossibleVoxel = 100.0

  /// - Parameters:
  ///   - code: the header's xyzt_units, whose lowest three bits are the unit of space (nifti1.h).
  ///   - affine: the header's transform, in that unit.
  init(code: Int, affine: Affine) {
    let sizes = SpatialAxis.allCases.map { affine.spacing[$0] }
    switch code & 7 {
    case 1 where 1000 * (sizes.min() ?? 0) >= Self.impossibleVoxel:
      millimetres = 1
      let text = sizes.map { "\(Float($0))" }.joined(separator: " x ")
      note = "xyzt_units says metres, and voxels of \(text) m cannot be: read as millimetres"
    case 1: (millimetres, note) = (1000, "lengths are in metres (xyzt_units): converted to millimetres")
    case 3: (millimetres, note) = (0.001, "lengths are in micrometres (xyzt_units): converted to millimetres")
    default: (millimetres, note) = (1, nil)
    }
  }
}
