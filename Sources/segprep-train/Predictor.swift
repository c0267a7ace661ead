import Pipeline
import Prediction
import Training
import Volumes

/// A trained network over whole cases.
struct Predictor {
  private let network: UNet3D
  private let window: SlidingWindow
  private let choices: [Int]
  private let batch: Int

  /// - Throws: `TrainingError`, and what reading the checkpoint throws.
  init(_ checkpoint: Checkpoint, weights: WindowWeighting, batch: Int, device: Device) throws {
    let patch = checkpoint.head.patch
    network = try checkpoint.network(on: device)
    window = SlidingWindow(patch: Shape(z: patch[0], y: patch[1], x: patch[2]), weighting: weights)
    (choices, self.batch) = (ClassNumbers(checkpoint.head.classes).all, batch)
  }

  /// The classes of a case, on its prepared grid.
  /// - Parameter progress: told how many patches are done, and how many there are.
  func segment(_ item: PredictionCase, progress: (_ done: Int, _ all: Int) -> Void) throws -> LabelMap {
    let all = window.origins(in: item.volume.shape).count
    let classes = network.description.classes
    var done = 0
    return try window.segment(
      item.volume, fill: item.fill, classes: classes, choices: choices, batch: batch
    ) { patches, count in
      let shape = [count, item.volume.channels] + window.patch.array
      let probabilities: [Float] = try Torch.withoutGradients {
        let images = try Tensor(patches, shape: shape).to(network.device)
        return try network(images, isTraining: false)[0].softmax(over: 1).values()
      }
      done += count
      progress(done, all)
      return probabilities
    }
  }
}
