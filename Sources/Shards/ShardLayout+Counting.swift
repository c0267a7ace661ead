import CKernels
import Volumes

extension ShardLayout {
  /// Counts each value of a stored label in the patch itself, its margin not counted.
  /// - Parameters:
  ///   - label: `labelBytes` values.
  ///   - counts: 256 numbers; what they were is lost.
  func count(_ label: UnsafePointer<UInt8>, into counts: UnsafeMutablePointer<UInt64>) {
    counts.update(repeating: 0, count: 256)
    let stored = storedShape
    if margin == Shape(z: 0, y: 0, x: 0) { return segprep_count_bytes(label, shape.count, counts) }
    for z in margin.z..<(margin.z + shape.z) {
      for y in margin.y..<(margin.y + shape.y) {
        segprep_count_bytes(label + (z * stored.y + y) * stored.x + margin.x, shape.x, counts)
      }
    }
  }
}
