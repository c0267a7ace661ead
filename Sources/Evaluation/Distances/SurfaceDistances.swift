import Volumes

/// How far the surfaces of a class in two segmentations lie apart, in millimetres.
///
/// The surface is the voxels of the class that share a face with a voxel of another class or with the volume's border, as
/// in MONAI and MedPy (a mask without its erosion by a cross); a distance is that between the centres of two of them.
/// Voxels are taken for boxes: axes that are not at right angles are measured along the axes.
struct SurfaceDistances: Equatable {
  /// The greater of the two directed 95th percentiles, interpolated linearly, as MONAI has it. (MedPy takes one percentile
  /// of both directions together; Google's surface-distance weights surface elements by their area.)
  let hausdorff95: Double
  /// The mean over the voxels of both surfaces together, as MONAI's symmetric average. (MedPy takes the mean of two means.)
  let average: Double

  /// Of a class that one segmentation has alone.
  static let infinite = SurfaceDistances(hausdorff95: .infinity, average: .infinity)
  /// Of a class that neither has.
  static let undefined = SurfaceDistances(hausdorff95: .nan, average: .nan)

  private init(hausdorff95: Double, average: Double) {
    self.hausdorff95 = hausdorff95
    self.average = average
  }

  /// Measures a class that both segmentations have; `box` holds all of its voxels in both.
  ///
  /// Takes 4 bytes for each voxel of the box, and up to 24 for each of the surfaces' voxels.
  init(of label: UInt8, _ pair: LabelPair, within box: Box) {
    let predicted = pair.prediction.surface(of: label, within: box)
    let expected = pair.truth.surface(of: label, within: box)
    var transform = DistanceTransform(shape: box.shape, spacing: pair.spacing)
    transform.run(to: expected)
    let missing = Self.sorted(transform, at: predicted)
    transform.run(to: predicted)
    let reaching = Self.sorted(transform, at: expected)
    hausdorff95 = max(Self.percentile(missing, 0.95), Self.percentile(reaching, 0.95))
    average = (missing.reduce(0, +) + reaching.reduce(0, +)) / Double(missing.count + reaching.count)
  }

  private static func sorted(_ transform: DistanceTransform, at surface: [Int]) -> [Double] {
    surface.map { Double(transform.squares[$0]).squareRoot() }.sorted()
  }

  /// NumPy's default: linear between the two nearest ranks.
  private static func percentile(_ sorted: [Double], _ share: Double) -> Double {
    let place = share * Double(sorted.count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (place - Double(lower)) * (sorted[upper] - sorted[lower])
  }
}

extension LabelMap {
  /// The voxels of a class that share a face with what is not of it, as indices into the box.
  fileprivate func surface(of label: UInt8, within box: Box) -> [Int] {
    let inner = box.shape
    let area = shape.y * shape.x
    var surface: [Int] = []
    for z in 0..<inner.z {
      for y in 0..<inner.y {
        let row = ((z + box.lower.z) * shape.y + y + box.lower.y) * shape.x + box.lower.x
        let isEdge = z == 0 || z == inner.z - 1 || y == 0 || y == inner.y - 1
        for x in 0..<inner.x where classes.base[row + x] == label {
          let voxel = classes.base + row + x
          // Beyond the box nothing is of the class, or the volume ends.
          let isInside =
            !isEdge && x > 0 && x < inner.x - 1 && voxel[-1] == label && voxel[1] == label && voxel[-shape.x] == label
            && voxel[shape.x] == label && voxel[-area] == label && voxel[area] == label
          if !isInside { surface.append((z * inner.y + y) * inner.x + x) }
        }
      }
    }
    return surface
  }
}
