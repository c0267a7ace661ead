import Files
import NIfTI
import Volumes

/// Whether two files of one case lie on one grid.
enum GridCheck {
  /// Corners may be this far apart, as a fraction of the smallest voxel edge: what rounding in a header can do.
  static let tolerance = 0.01

  /// Why `other`, a label or another channel, does not lie on the first image's grid; nil if it does.
  ///
  /// Shapes must be equal, and each of the eight corner voxels' centres must lie within a hundredth of a voxel.
  static func mismatch(_ first: NIfTIHeader, _ other: NIfTIHeader) -> String? {
    let both = "\(name(first)) and \(name(other))"
    guard first.extents == other.extents else {
      return "\(both) have different shapes, found \(text(first.extents)) and \(text(other.extents)), "
        + "expected the same; find the files that belong together"
    }
    let shape = Shape(z: first.extents[2], y: first.extents[1], x: first.extents[0])
    let distances = zip(first.affine.corners(of: shape), other.affine.corners(of: shape)).map { a, b in
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    let farthest = distances.max() ?? 0
    let edge = SpatialAxis.allCases.map { first.affine.spacing[$0] }.min() ?? 0
    guard farthest > tolerance * edge else { return nil }
    return "\(both) lie on different grids, found corners up to \(Quantity.number(farthest)) mm apart "
      + "(\(first.orientation.codes) by \(first.transformSource.rawValue) and \(other.orientation.codes) by "
      + "\(other.transformSource.rawValue)), expected at most \(Quantity.number(tolerance * edge)) mm; mend the wrong header"
  }

  private static func text(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "x") }

  private static func name(_ header: NIfTIHeader) -> String {
    Folder.lastName(of: header.path)
  }
}
