import CKernels

/// Where the values of one channel are read from.
enum ChannelValues {
  case float32(UnsafePointer<Float>)
  case float16(UnsafePointer<Float16>)

  func isAt(_ target: UnsafeMutablePointer<Float>) -> Bool {
    if case .float32(let values) = self { values == UnsafePointer(target) } else { false }
  }

  /// A stretch as floats: where it lies, or, widened, in `target`.
  func stretch(from first: Int, count: Int, widenedInto target: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    switch self {
    case .float32(let values):
      return values + first
    case .float16(let values):
      (values + first).withMemoryRebound(to: UInt16.self, capacity: count) { segprep_widen($0, count, target) }
      return UnsafePointer(target)
    }
  }
}
