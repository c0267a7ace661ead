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
  private let numbers: ClassNumbers
  private let cases: [String: ShardCase]
  private let patch: Shape
  private var open: OpenCase?

  /// A case of which not all patches are there yet.
  private struct OpenCase {
    var identifier: String
    var affine: Affine
    var shape: Shape
    var predicted: WindowLabels
    var truth: Buffer<UInt8>
    /// The lowest plane that the next patch may begin at.
    var floor = Int.min
  }

  /// - Parameters:
  ///   - cases: those that patches may come of.
  ///   - classes: names by class number.
  init(_ cases: [String: ShardCase], patch: Shape, classes: [String]) {
    (self.classes, self.cases, self.patch) = (classes, cases, patch)
    numbers = ClassNumbers(classes)
  }

  /// Adds a patch; those of a case come one after the other, from below to above.
  /// - Parameters:
  ///   - probabilities: (class, z, y, x).
  ///   - truth: (z, y, x).
  /// - Throws: `TrainingError.patchOutOfOrder` for shards that `segprep shard` did not write.
  func add(
    _ sample: StreamSample, _ probabilities: UnsafeBufferPointer<Float>, truth: UnsafeBufferPointer<UInt8>.SubSequence
  ) throws(TrainingError) {
    if open?.identifier != sample.caseIdentifier { finish() }
    guard var item = open ?? begin(sample.caseIdentifier) else { return }
    let origin = sample.origin
    guard origin.z >= item.floor,
      SpatialAxis.allCases.allSatisfy({ origin[$0] < item.shape[$0] && origin[$0] + patch[$0] > 0 })
    else { throw .patchOutOfOrder(patch: sample.name, file: sample.file) }
    item.floor = origin.z
    open = item
    item.predicted.add(probabilities, at: origin)
    let inside = ZYX { max(0, origin[$0])..<min(item.shape[$0], origin[$0] + patch[$0]) }
    for z in inside.z {
      for y in inside.y {
        let row = (z * item.shape.y + y) * item.shape.x
        let source = ((z - origin.z) * patch.y + y - origin.y) * patch.x - origin.x
        for x in inside.x { item.truth.base[row + x] = truth[truth.startIndex + source + x] }
      }
    }
  }

  /// Scores the case whose patches are all there.
  func finish() {
    guard let item = open else { return }
    open = nil
    let pair = LabelPair(
      prediction: item.predicted.finish(affine: item.affine),
      truth: LabelMap(shape: item.shape, classes: item.truth, affine: item.affine))
    let all = ClassScores.all(of: pair, classes: classes.count)
    let scored = numbers.foreground
    scores.add(item.identifier, classes: scored.map { classes[$0] }, scored.map { all[$0 - 1] })
  }

  private func begin(_ identifier: String) -> OpenCase? {
    cases[identifier].map { known in
      OpenCase(
        identifier: identifier, affine: known.affine, shape: known.shape,
        predicted: WindowLabels(
          patch: patch, weighting: .gaussian, shape: known.shape, classes: classes.count, choices: numbers.all),
        truth: Buffer(count: known.shape.count))
    }
  }
}
