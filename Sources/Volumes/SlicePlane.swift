/// A plane of a volume as a radiologist sees it: superior or anterior at the top, the patient's right on the left, in a
/// sagittal plane anterior on the left.
public struct SlicePlane: Sendable, Equatable {
  /// The axis that the plane is fixed on: z for axial, y for coronal, x for sagittal.
  public let fixed: SpatialAxis
  /// The axis that runs down the picture.
  public let down: SpatialAxis
  /// The axis that runs across the picture.
  public let across: SpatialAxis

  /// The plane across an axis.
  public init(fixed: SpatialAxis) {
    self.fixed = fixed
    (down, across) =
      switch fixed {
      case .z: (.y, .x)
      case .y: (.z, .x)
      case .x: (.z, .y)
      }
  }

  /// Axial, coronal, sagittal.
  public static let all = [SpatialAxis.z, .y, .x].map(SlicePlane.init)

  /// Which of an axis' voxels each of `pixels` pixels shows: the far end first, which is superior, anterior or right.
  public static func voxels(shownBy pixels: Int, of voxels: Int) -> [Int] {
    (0..<pixels).map { voxels - 1 - min(voxels - 1, (2 * $0 + 1) * voxels / (2 * pixels)) }
  }
}
