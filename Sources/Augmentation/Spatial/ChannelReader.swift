import CKernels
import Volumes

/// Hands out a source's channels as floats: where they lie if they are floats, widened one at a time if they are halves.
final class ChannelReader {
  private var widened = Workspace<Float>()

  /// The first value of a channel; of halves good until the next one is asked for.
  func channel(_ channel: Int, of source: PatchSource) -> UnsafePointer<Float> {
    let count = source.shape.count
    switch source.image {
    case .float32(let values): return values + channel * count
    case .float16(let values):
      let floats = widened.room(for: count)
      (values + channel * count).withMemoryRebound(to: UInt16.self, capacity: count) {
        segprep_widen($0, count, floats)
      }
      return UnsafePointer(floats)
    }
  }
}
