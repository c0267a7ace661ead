import Augmentation
import Files
import Prepared
import Streaming

/// The samples of a stream, a line of JSON each, with the SHA-256 of their voxels.
final class SampleList {
  private let path: String
  private var text = ""

  init(_ path: String) throws {
    self.path = path
    // Refused now rather than after an epoch.
    try AtomicFile.write("", to: path, flush: false)
  }

  func add(_ batch: borrowing StreamBatch) throws {
    let imageBytes = batch.shape.imageCount * batch.shape.image.bytes
    for (number, sample) in batch.samples.enumerated() {
      let image = UnsafeRawBufferPointer(start: batch.memory.image + number * imageBytes, count: imageBytes)
      let count = batch.shape.patch.count
      let label = UnsafeRawBufferPointer(start: batch.memory.label + number * count, count: count)
      text +=
        try CanonicalJSON.text(
          Line(
            epoch: batch.epoch, batch: batch.number, sample: number, caseIdentifier: sample.caseIdentifier,
            patch: sample.patch, occurrence: sample.occurrence,
            originZyx: [sample.origin.z, sample.origin.y, sample.origin.x], file: sample.file, place: sample.place,
            valid: sample.isValid, imageSha256: hash(image), labelSha256: hash(label),
            drawn: (sample.drawn as? AugmentationRecord)?.transforms),
          compact: true) + "\n"
    }
  }

  func write() throws { try AtomicFile.write(text, to: path, flush: false) }

  private func hash(_ bytes: UnsafeRawBufferPointer) -> String {
    let hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  private struct Line: Encodable {
    var epoch: Int
    var batch: Int
    var sample: Int
    var caseIdentifier: String
    var patch: Int
    var occurrence: Int
    var originZyx: [Int]
    var file: String
    var place: Int
    var valid: Bool
    var imageSha256: String
    var labelSha256: String
    var drawn: [AugmentationRecord.Entry]?
  }
}
