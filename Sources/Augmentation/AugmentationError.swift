import Volumes

/// Why an augmenter cannot be made, or a sample not be augmented.
public enum AugmentationError: Error, Equatable, CustomStringConvertible {
  /// A parameter is outside of what it can be.
  case parameter(transform: Transform.Name, name: String, found: String, expected: String)
  /// More than one elastic deformation between two groups of intensity transforms, where all that moves is one map.
  case repeatedElastic
  /// The patch has no voxels, or the margin is negative.
  case patch(shape: Shape, margin: Shape)
  /// A source has another shape than the patch with its margin.
  case sourceShape(found: Shape, expected: Shape)
  /// Numbers of a case that no values have; channels count from 1.
  case statistics(channel: Int, found: IntensityStatistics)
  /// A record was made by an augmenter of other transforms, or for other channels.
  case foreignRecord(reason: String)
  /// A value of an augmented patch has no half-precision number.
  case beyondHalf(magnitude: Float)

  /// The line that the user sees.
  public var description: String {
    switch self {
    case .parameter(let transform, let name, let found, let expected):
      "\(transform.rawValue): \(name) is out of range, found \(found), expected \(expected)"
    case .repeatedElastic:
      "augmentation: elastic is there more than once in one group of spatial transforms, expected it once"
    case .patch(let shape, let margin):
      "augmentation: no such patch, found \(shape) with a margin of \(margin), "
        + "expected at least one voxel along each axis and no negative margin"
    case .sourceShape(let found, let expected):
      "augmentation: the source has the wrong shape, found \(found), expected \(expected), the patch and its margin"
    case .statistics(let channel, let found):
      "augmentation: the statistics of channel \(channel) cannot be so, found minimum \(found.minimum), maximum "
        + "\(found.maximum), mean \(found.mean), deviation \(found.deviation), expected float32 numbers, the minimum not "
        + "above the maximum, the deviation not below 0"
    case .beyondHalf(let magnitude):
      "augmentation: a value is too large for float16, found \(magnitude), expected at most 65504; use float32"
    case .foreignRecord(let reason):
      "augmentation: the record is another augmenter's: \(reason)"
    }
  }
}
