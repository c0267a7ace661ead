import Augmentation
import Files
import Prepared
import Streaming

/// The samples of a stream, a line of JSON each, with the SHA-256 of their voxels; it grows with each batch.
final class SampleList {
  private let file: OpenFile
  private var length = 0

  init(_ path: String) throws { file = try OpenFile(writing: path, truncate: true) }

  func add(_ batch: borrowing StreamBatch) throws {
    var text = ""
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
    let bytes = Array(text.utf8)
    try bytes.withUnsafeBytes { try file.write($0, at: length) }
    length += bytes.count
  }

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
