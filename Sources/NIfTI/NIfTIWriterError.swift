/// What keeps an array from becoming a NIfTI-1 file.
public enum NIfTIWriterError: Error, Equatable, CustomStringConvertible {
  /// The name ends in neither .nii nor .nii.gz.
  case name(path: String)
  /// An axis has no voxels or more than a 16-bit header field can count.
  case extent(path: String, axis: Int, found: Int)
  /// The affine has no inverse, or numbers that are not finite.
  case affine(path: String)
  /// A qform was asked for, which cannot hold the affine's shear.
  case shear(path: String, cosine: Double)
  /// The compressor had no memory or refused the level.
  case compressor(path: String, level: Int)

  /// The line the user sees.
  public var description: String {
    switch self {
    case .name(let path):
      "\(path): cannot tell the format from the name, expected .nii or .nii.gz"
    case .extent(let path, let axis, let found):
      "\(path): axis \(axis) of a NIfTI-1 file holds 1 to \(Int16.max) voxels, found \(found)"
    case .affine(let path):
      "\(path): the affine has no inverse"
    case .shear(let path, let cosine):
      "\(path): a qform needs axes at right angles, found a cosine of \(cosine) between two; write an sform"
    case .compressor(let path, let level):
      "\(path): cannot compress at level \(level), expected 1 to 12"
    }
  }
}
