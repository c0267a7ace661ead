import Volumes

/// A predicted segmentation beside the true one, on one grid.
public struct LabelPair: Sendable {
  /// What a model says.
  public let prediction: LabelMap
  /// What is the case.
  public let truth: LabelMap

  /// - Precondition: both have one shape; whoever reads them from files sees to it that they lie in one place.
  public init(prediction: LabelMap, truth: LabelMap) {
    precondition(prediction.shape == truth.shape, "\(prediction.shape) is no prediction of \(truth.shape)")
    self.prediction = prediction
    self.truth = truth
  }

  /// Voxels along z, y, x.
  public var shape: Shape { truth.shape }

  /// A voxel's size in millimetres: the norms of the columns of the truth's affine.
  public var spacing: Spacing { truth.affine.spacing }
}
