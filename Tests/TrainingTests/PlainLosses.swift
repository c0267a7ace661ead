import Foundation
import Recipes
import Training

/// The losses once more, voxel by voxel in Double: what the tensors are held against.
///
/// `probabilities` are softmax values by sample, class and voxel, `labels` by sample and voxel.
struct PlainBatch {
  var probabilities: [[[Double]]]
  var labels: [[Int]]

  var samples: Int { probabilities.count }
  var classes: Int { probabilities[0].count }
  var voxels: Int { labels[0].count }

  /// From logits by sample, class and voxel.
  init(logits: [[[Double]]], labels: [[Int]]) {
    self.labels = labels
    probabilities = logits.map { sample in
      let voxels = sample[0].indices
      let sums = voxels.map { voxel in sample.reduce(0) { $0 + exp($1[voxel]) } }
      return sample.map { row in voxels.map { exp(row[$0]) / sums[$0] } }
    }
  }

  /// The mean over voxels of what a closure makes of the true class and its probability.
  func meanOverVoxels(_ value: (_ label: Int, _ p: Double) -> Double) -> Double {
    var sum = 0.0
    for (sample, labels) in zip(probabilities, labels) {
      for (voxel, label) in labels.enumerated() { sum += value(label, sample[label][voxel]) }
    }
    return sum / Double(samples * voxels)
  }

  /// The mean over samples of the sum over classes of what a closure makes of the Tversky index.
  func sumOverClasses(_ delta: Double, _ value: (_ label: Int, _ index: Double) -> Double) -> Double {
    var sum = 0.0
    for (sample, labels) in zip(probabilities, labels) {
      for (label, row) in sample.enumerated() {
        var (tp, fn, fp) = (0.0, 0.0, 0.0)
        for (p, truth) in zip(row, labels) {
          let p = min(max(p, 1e-7), 1 - 1e-7)
          if truth == label { (tp, fn) = (tp + p, fn + 1 - p) } else { fp += p }
        }
        sum += value(label, (tp + 1e-6) / (tp + delta * fn + (1 - delta) * fp + 1e-6))
      }
    }
    return sum / Double(samples)
  }

  /// A loss with the paper's parameters.
  func value(_ name: LossRecipe.Name) -> Double {
    switch name {
    case .crossEntropy: meanOverVoxels { -log($1) }
    case .focal: focal
    case .dice: sumOverClasses(0.5) { 1 - $1 }
    case .tversky: sumOverClasses(0.7) { 1 - $1 }
    case .focalTversky: focalTversky
    case .cosineTversky: sumOverClasses(0.7) { cos(.pi / 2 * $1) }
    case .combo:
      0.5 * meanOverVoxels { -0.5 * log($1) } - 0.5 * sumOverClasses(0.5) { $1 } / Double(classes)
    case .mixedFocal: (focal + focalTversky) / 2
    case .symmetricUnifiedFocal:
      0.5 * sumOverClasses(0.6) { pow(1 - $1, 0.5) }
        + 0.5 * meanOverVoxels { -($0 == 0 ? 0.4 : 0.6) * pow(1 - $1, 0.5) * log($1) }
    case .unifiedFocal:
      0.5 * sumOverClasses(0.6) { $0 == 0 ? 1 - $1 : pow(1 - $1, 0.5) }
        + 0.5 * meanOverVoxels { $0 == 0 ? -0.4 * pow(1 - $1, 0.5) * log($1) : -0.6 * log($1) }
    }
  }

  private var focal: Double { meanOverVoxels { -0.25 * (1 - $1) * (1 - $1) * log($1) } }
  private var focalTversky: Double { sumOverClasses(0.7) { pow(1 - $1, 0.75) } }
}
