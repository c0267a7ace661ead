import NIfTI
import Volumes

/// Whether two files of one case lie on one grid.
enum GridCheck {
  /// Corners may be this far apart, as a fraction of the smallest voxel edge: what rounding in a header can do.
  static let tolerance = 0.01

  /// Why the label does not lie on the image's grid; nil if it does.
  ///
  /// Shapes must be equal, and each of the eight corner voxels' centres must lie within a hundredth of a voxel.
  static func mismatch(image: NIfTIHeader, label: NIfTIHeader) -> String? {
    guard image.extents == label.extents else {
      return "image and label have different shapes, found \(text(image.extents)) and \(text(label.extents)), "
        + "expected the same; find the label that belongs to this image"
    }
    let shape = Shape(z: image.extents[2], y: image.extents[1], x: image.extents[0])
    let distances = zip(image.affine.corners(of: shape), label.affine.corners(of: shape)).map { a, b in
      zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }
    let farthest = distances.max() ?? 0
    let edge = SpatialAxis.allCases.map { image.affine.spacing[$0] }.min() ?? 0
    guard farthest > tolerance * edge else { return nil }
    return "image and label lie on different grids, found corners up to \(Quantity.number(farthest)) mm apart "
      + "(\(image.orientation.codes) by \(image.transformSource.rawValue) and \(label.orientation.codes) by "
      + "\(label.transformSource.rawValue)), expected at most \(Quantity.number(tolerance * edge)) mm; mend the wrong header"
  }

  private static func text(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "x") }
}
