import Evaluation
import Prediction
import Shards
import Streaming
import Volumes

/// Cases that are put together again from what a network makes of the patches of a grid, and scored as `segprep evaluate`
/// scores predictions of prepared cases.
final class WholeCases {
  /// Of the cases that are finished.
  private(set) var scores = ScoreTable()
  private let classes: [String]
  private let cases: [String: ShardCase]
  private let patch: Shape
  private let weights: ZYX<[Float]>
  private var open: OpenCase?

  /// A case of which not all patches are there yet.
  private struct OpenCase {
    var identifier: String
    var shape: Shape
    var affine: Affine
    /// (class, z, y, x). Where patches overlap their probabilities are added up: the greatest sum has the greatest mean.
    var sums: Buffer<Float>
    var truth: Buffer<UInt8>
  }

  /// - Parameters:
  ///   - cases: those that patches may come of.
  ///   - classes: names by class number.
  init(_ cases: [String: ShardCase], patch: Shape, classes: [String]) {
    (self.classes, self.cases, self.patch) = (classes, cases, patch)
    weights = ZYX { WindowWeighting.gaussian.weights(along: patch[$0]) }
  }

  /// Adds a patch; those of a case come one after the other.
  /// - Parameters:
  ///   - probabilities: (class, z, y, x).
  ///   - truth: (z, y, x).
  func add(_ sample: StreamSample, _ probabilities: ArraySlice<Float>, truth: UnsafeBufferPointer<UInt8>.SubSequence) {
    if open?.identifier != sample.caseIdentifier { finish() }
    guard let item = open ?? begin(sample.caseIdentifier) else { return }
    open = item
    let inside = ZYX { max(0, sample.origin[$0])..<min(item.shape[$0], sample.origin[$0] + patch[$0]) }
    for z in inside.z {
      for y in inside.y {
        let row = (z * item.shape.y + y) * item.shape.x
        let source = ((z - sample.origin.z) * patch.y + y - sample.origin.y) * patch.x - sample.origin.x
        let weight = weights.z[z - sample.origin.z] * weights.y[y - sample.origin.y]
        for x in inside.x {
          item.truth.base[row + x] = truth[truth.startIndex + source + x]
          let factor = weight * weights.x[x - sample.origin.x]
          for label in classes.indices {
            item.sums.base[label * item.shape.count + row + x] +=
              factor * probabilities[probabilities.startIndex + label * patch.count + source + x]
          }
        }
      }
    }
  }

  /// Scores the case whose patches are all there.
  func finish() {
    guard let item = open else { return }
    open = nil
    let predicted = Buffer<UInt8>(count: item.shape.count)
    for voxel in 0..<item.shape.count {
      var best = 0
      for label in classes.indices
      where item.sums.base[label * item.shape.count + voxel] > item.sums.base[best * item.shape.count + voxel] {
        best = label
      }
      predicted.base[voxel] = UInt8(best)
    }
    let pair = LabelPair(
      prediction: LabelMap(shape: item.shape, classes: predicted, affine: item.affine),
      truth: LabelMap(shape: item.shape, classes: item.truth, affine: item.affine))
    scores.add(
      item.identifier, classes: Array(classes.dropFirst()), ClassScores.all(of: pair, classes: classes.count))
  }

  private func begin(_ identifier: String) -> OpenCase? {
    cases[identifier].map { known in
      OpenCase(
        identifier: identifier, shape: known.shape, affine: known.affine,
        sums: Buffer(count: classes.count * known.shape.count), truth: Buffer(count: known.shape.count))
    }
  }
}
